#!/usr/bin/env bash
# `cmake --install`, into a directory of its own; then each installed tool is used once, from another
# directory and with nothing of the source or the build in reach.
set -euo pipefail

fail() {
  echo "$*" >&2
  exit 1
}

scratch=$(mktemp -d)
clean_up() {
  if mountpoint -q "$scratch/mnt"; then umount "$scratch/mnt" || fusermount3 -u "$scratch/mnt"; fi
  rm -rf "$scratch"
}
trap clean_up EXIT

# Tools that read a file of the build are caught, since they find only the copies.
DESTDIR=$scratch/root cmake --install "$ZVFS_BUILD_DIR" --prefix /usr >"$scratch/install.log" ||
  { cat "$scratch/install.log" && fail "cannot be installed"; }
PATH=$scratch/root/usr/bin:$scratch/root/usr/sbin:$PATH
for tool in mkimage zvfs mount.zvfs mount.fuse.zvfs; do
  [[ $(command -v "$tool") == "$scratch/root/usr/"* ]] || fail "$tool is not installed"
  if readelf -d "$(command -v "$tool")" | grep -E 'RPATH|RUNPATH'; then
    fail "$tool looks for libraries where it was built"
  fi
  "$tool" --version
done

cd "$scratch"
mkdir -p tree/directory mnt
echo content >tree/directory/file
ln tree/directory/file tree/link
mkimage -q tree image.tar.zst
zstd -tq image.tar.zst
zvfs ls -lR image.tar.zst | grep directory/file >/dev/null || fail "zvfs ls does not show the file"
zvfs tree image.tar.zst | grep file >/dev/null || fail "zvfs tree does not show the file"
[[ $(zvfs cat image.tar.zst directory/file) == content ]] || fail "zvfs cat gives other content"
zvfs info image.tar.zst >/dev/null
zvfs map image.tar.zst -o map.html
grep -q '<html' map.html || fail "zvfs map has no page"
zvfs check --deep image.tar.zst
zvfs extract -C copy image.tar.zst
diff -r tree copy
zvfs diff image.tar.zst tree
zvfs repair image.tar.zst repaired.tar.zst
cmp image.tar.zst repaired.tar.zst

if [[ ! -w /dev/fuse ]]; then
  echo "/dev/fuse cannot be opened: mount.zvfs was not tried"
  exit "$([[ -n ${ZVFS_NO_SKIP:-} ]] && echo 1 || echo 0)"
fi
mount.zvfs image.tar.zst mnt
diff -r tree mnt

#!/usr/bin/env bash
# The Debian package: built, inspected, installed, used through mount(8), and removed again. Skipped
# (77) unless run by root on Debian, and if a zvfs is already installed.
set -euo pipefail

skip() {
  echo "skipped: $*"
  exit "$([[ -n ${ZVFS_NO_SKIP:-} ]] && echo 1 || echo 77)"
}
fail() {
  echo "$*" >&2
  exit 1
}

((EUID == 0)) || skip "only root installs packages"
for program in dpkg dpkg-deb dpkg-shlibdeps cpack; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
if dpkg-query -W -f '${db:Status-Status}' zvfs 2>/dev/null | grep -qx installed ||
  [[ -e /usr/bin/mkimage || -e /usr/sbin/mount.zvfs ]]; then
  skip "a zvfs is installed here; it is left alone"
fi

scratch=$(mktemp -d)
clean_up() {
  if mountpoint -q "$scratch/mnt"; then umount "$scratch/mnt"; fi
  if [[ -n $(dpkg-query -W zvfs 2>/dev/null) ]]; then dpkg --purge zvfs >/dev/null; fi
  rm -rf "$scratch"
}
trap clean_up EXIT

build_package() {
  mkdir "$scratch/$1"
  (cd "$scratch/$1" && SOURCE_DATE_EPOCH=1700000000 \
    cpack --config "$ZVFS_BUILD_DIR/CPackConfig.cmake" -G DEB -B "$scratch/$1" >cpack.log) ||
    { cat "$scratch/$1/cpack.log" && fail "cpack failed"; }
  find "$scratch/$1" -maxdepth 1 -name 'zvfs_*.deb'
}

deb=$(build_package first)
[[ -f $deb ]] || fail "cpack has made no package, or several: $deb"
again=$(build_package second)
cmp "$deb" "$again" || fail "the same build gives another package"

depends=$(dpkg-deb -f "$deb" Depends)
for package in fuse3 libfuse3- libzstd1 libfmt libc6; do
  [[ $depends == *"$package"* ]] || fail "does not depend on $package: $depends"
done
[[ -n $(dpkg-deb -f "$deb" Description) && -n $(dpkg-deb -f "$deb" Maintainer) ]] ||
  fail "has no description or no maintainer"

files=$(dpkg-deb -c "$deb" | awk '$1 !~ /^d/ {print substr($6, 2)}')
for file in /usr/bin/mkimage /usr/bin/zvfs /usr/sbin/mount.zvfs \
  /usr/share/man/man1/mkimage.1 /usr/share/man/man1/zvfs.1 /usr/share/man/man8/mount.zvfs.8 \
  /usr/share/bash-completion/completions/{zvfs,mkimage,mount.zvfs} \
  /usr/share/fish/vendor_completions.d/{zvfs,mkimage,mount.zvfs}.fish \
  /usr/share/zsh/vendor-completions/_zvfs \
  /usr/share/doc/zvfs/copyright /usr/share/doc/zvfs/README.md; do
  grep -qxF "$file" <<<"$files" || fail "does not hold $file but: $files"
done

# Fails if a document links to a document or picture that is not in the package. Some links lead to
# files that only the source has.
only_in_source='(^|/)(packaging|tests/bench|CONTRIBUTING\.md|LICENSE)'
check_links() {
  local document=$1 link target
  while IFS= read -r link; do
    [[ $link == *:* || $link == "#"* || $link =~ $only_in_source ]] && continue
    target=$(realpath -ms "$(dirname "$document")/${link%%#*}")
    grep -qxF "$target" <<<"$files" || fail "$document links to $link, which the package lacks"
  done < <(grep -oP '\]\(\K[^)]+' "$scratch/tree$document")
}
dpkg-deb -x "$deb" "$scratch/tree"
documents=$(grep '^/usr/share/doc/zvfs/.*\.md$' <<<"$files")
grep -q /docs/performance/ <<<"$documents" || fail "does not hold docs/performance/"
while IFS= read -r document; do check_links "$document"; done <<<"$documents"

if dpkg-deb -c "$deb" | awk '$2 != "root/root"' | grep .; then
  fail "holds files that do not belong to root"
fi

dpkg -i "$deb" >"$scratch/dpkg.log" || { cat "$scratch/dpkg.log" && fail "cannot be installed"; }
mkimage --version
mkdir "$scratch/mnt"
mkimage -q /usr/share/doc/zvfs "$scratch/image.tar.zst"
if [[ -e /dev/fuse ]]; then
  mount -t zvfs "$scratch/image.tar.zst" "$scratch/mnt"
  [[ $(findmnt -no FSTYPE "$scratch/mnt") == fuse* ]] || fail "is not mounted"
  diff -r /usr/share/doc/zvfs "$scratch/mnt"
  umount "$scratch/mnt"
else
  echo "no /dev/fuse: mount -t zvfs was not tried"
  [[ -z ${ZVFS_NO_SKIP:-} ]]
fi

dpkg --purge zvfs >/dev/null
while IFS= read -r file; do
  [[ ! -e $file ]] || fail "$file is left behind"
done <<<"$files"

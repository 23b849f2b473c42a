# shellcheck shell=bash
# Shared by demo, check and .ci/run: the Debian packages that zvfs needs, and their installation.

# 12, for example; nothing on another system.
debian_release() {
  # shellcheck source=/dev/null
  (. /etc/os-release && [[ $ID == debian ]] && printf '%s\n' "${VERSION_ID:-}") 2>/dev/null || true
}

# To build and run the tools.
build_packages=(
  cmake g++ ninja-build pkg-config
  libcli11-dev libfmt-dev libfuse3-dev libarchive-dev liblz4-dev libseccomp-dev libssl-dev libxxhash-dev libzstd-dev nlohmann-json3-dev zlib1g-dev
  fuse3 zstd
)
# To build and run the tests, too.
# shellcheck disable=SC2034
test_packages=(
  "${build_packages[@]}"
  libbenchmark-dev libgtest-dev python3
  acl diffutils dpkg-dev file libarchive-tools lz4 rsync util-linux-extra
)
# To test the page of zvfs map, completion in all shells, and pseudo files beside mksquashfs, too.
# Most are large, so ./check does without them, and skips those tests if they are missing.
# shellcheck disable=SC2034
full_test_packages=(
  chromium chromium-driver bash-completion fish zsh squashfs-tools signify-openbsd minisign openssh-client
)
# To run the unit tests under sanitizers and to search with the fuzz targets, too.
# shellcheck disable=SC2034
fuzz_packages=(clang libclang-rt-dev llvm)
# To check the style of the tree, too. clang-format 14 decides on layout; only Debian 12 has it.
# shellcheck disable=SC2034
style_packages=(shellcheck)
if [[ $(debian_release) == 12 ]]; then style_packages+=(clang-format-14); fi
# To build for arm64 on another machine, in addition to build_packages.
# shellcheck disable=SC2034
cross_packages=(
  g++-aarch64-linux-gnu
  lib{archive,fmt,fuse3,lz4,seccomp,ssl,xxhash,zstd}-dev:arm64 zlib1g-dev:arm64
)
# To run its unit tests, in addition to test_packages.
# shellcheck disable=SC2034
cross_test_packages=("${cross_packages[@]}" libgtest-dev:arm64 qemu-user-static)

step() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

# Makes packages of another architecture known to apt, once.
add_architecture() {
  dpkg --print-foreign-architectures | grep -qx "$1" || as_root dpkg --add-architecture "$1"
}

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

# Installs those of the packages that are missing; needs no network if none is.
install_packages() {
  local missing
  if ! command -v apt-get >/dev/null; then
    step "This is not Debian: assuming that the contents of these packages are installed: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    step "Packages: all are installed already"
    return
  fi
  step "Packages: installing ${missing[*]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "run this as root first: apt-get install ${missing[*]}"
  fi
  as_root apt-get update -q </dev/null
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null
}

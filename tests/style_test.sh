#!/usr/bin/env bash
# The style that tools can check: clang-format 14 (Debian 12's; others differ) finds nothing to
# change, and shellcheck finds nothing in the scripts. Skipped (77) where a tool is missing.
set -euo pipefail

cd "$(dirname "$(realpath "$0")")/.."
status=0

if ! command -v clang-format-14 >/dev/null; then
  echo "clang-format-14 is not installed"
  status=77
else
  find . \( -path './build*' -o -path './.*' \) -prune -o \
    \( -name '*.cc' -o -name '*.h' \) -exec clang-format-14 --dry-run -Werror {} +
fi

# clang and g++ name the symbol behind these differently, so that clang cannot link them with
# Debian 12's libfmt.
if grep -rnE --include='*.cc' --include='*.h' --exclude-dir='build*' \
  'fmt::(format_to|formatted_size)' .; then
  echo "use fmt::format(): clang cannot link these"
  exit 1
fi

if ! command -v shellcheck >/dev/null; then
  echo "shellcheck is not installed"
  status=77
else
  shellcheck -x -P SCRIPTDIR demo check .ci/run packaging/debian.sh packaging/build-debs \
    packaging/completions/zvfs.bash
  find tests packaging -name '*.sh' -exec shellcheck -x {} +
fi
exit "$status"

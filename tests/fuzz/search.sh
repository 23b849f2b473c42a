#!/usr/bin/env bash
# Searches for inputs that crash the fuzz targets: search.sh BUILD SECONDS [NAME...]
#
# BUILD is a build folder of the preset fuzz. Runs each target (or those named) for SECONDS, as many
# at a time as there are processors, from its corpus and with a fresh seed, which it prints. An input
# that crashes, hangs or takes too much memory stays in BUILD/crashes/, and is printed in base64.
set -euo pipefail

build=$(realpath "$1")
seconds=$2
shift 2
corpora=$(dirname "$(realpath "$0")")/corpus
names=("$@")
if (($# == 0)); then mapfile -t names < <(ls "$corpora"); fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$build/crashes"

search() {
  local name=$1 seed=$((RANDOM << 15 | RANDOM)) log=$scratch/$1.log
  local crash=$build/crashes/$name-$seed-
  mkdir "$scratch/$name"
  if "$build/tests/fuzz/${name}_fuzz" "-seed=$seed" "-max_total_time=$seconds" -timeout=10 \
    -rss_limit_mb=2048 "-artifact_prefix=$crash" "$scratch/$name" "$corpora/$name" \
    >"$log" 2>&1 </dev/null; then
    printf '%-16s seed %-10s %s\n' "$name" "$seed" "$(grep -E '^#.*DONE' "$log" | tr -s ' \t' ' ')"
    return
  fi
  printf '%s failed with seed %s:\n' "$name" "$seed"
  tail -n 60 "$log"
  for input in "$crash"*; do
    [[ -e $input ]] || continue
    printf '%s, in base64:\n' "$input"
    base64 "$input"
  done
  return 1
}

export -f search
export build seconds corpora scratch
# shellcheck disable=SC2016
printf '%s\0' "${names[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'search "$1"' _

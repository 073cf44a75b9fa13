#!/usr/bin/env bash
# Runs .clusterfuzzlite/build.sh, and so fuzz/oss_fuzz/build.sh, as the services do, in a folder of its own, and each
# target that comes out on its seeds.
#
#   oss_fuzz_test.sh SOURCE CLANG++
#
# To keep it short, nothing is optimised and no sanitizer is used; with ccache, only what changed is compiled.
set -euo pipefail
source=$1 compiler=$2
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/out" "$here/work" "$here/src"
ln -s "$source" "$here/src/cnnspec"

CXX=$compiler CXXFLAGS="-O0 -fsanitize=fuzzer-no-link" LIB_FUZZING_ENGINE=-fsanitize=fuzzer SRC=$here/src \
  WORK=$here/work OUT=$here/out \
  "$source/.clusterfuzzlite/build.sh" >"$here/log" 2>&1 || { tail -n 30 "$here/log"; exit 1; }

targets=0
for options in "$source"/fuzz/options/*.options; do
  target=$(basename "$options" .options)
  mkdir "$here/corpus"
  python3 -m zipfile -e "$here/out/${target}_seed_corpus.zip" "$here/corpus"
  seeds=$(find "$here/corpus" -type f | wc -l)
  cmp "$options" "$here/out/$target.options"
  "$here/out/$target" -runs=0 "$here/corpus" >"$here/log" 2>&1 || { tail -n 30 "$here/log"; exit 1; }
  echo "$target: $seeds seeds pass"
  ((seeds > 0))
  rm -r "$here/corpus"
  targets=$((targets + 1))
done
((targets == 4)) || { echo "expected 4 targets, got $targets"; exit 1; }

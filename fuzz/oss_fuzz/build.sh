#!/bin/bash -eu
# Builds the fuzz targets for OSS-Fuzz and ClusterFuzzLite, which set $CC, $CXX, $CFLAGS, $CXXFLAGS, $LIB_FUZZING_ENGINE,
# $WORK and $OUT. fmt is used as headers only: the machines that run the targets have no libraries but the system's.
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
build=${WORK:-$(mktemp -d)}/cnnspec

cmake -S "$source" -B "$build" -D CMAKE_BUILD_TYPE=None -D CMAKE_CXX_COMPILER="$CXX" -D CMAKE_CXX_FLAGS="$CXXFLAGS" \
  -D CNNSPEC_BUILD_FUZZERS=ON -D CNNSPEC_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" -D CNNSPEC_BUILD_TESTS=OFF \
  -D CNNSPEC_BUILD_CLI=OFF -D CNNSPEC_WITH_ONEDNN=OFF -D CNNSPEC_FMT=fmt::fmt-header-only
cmake --build "$build" --target cnnspec_fuzzers --parallel "$(nproc)"

cp "$build"/bin/fuzz_* "$source"/fuzz/options/*.options "$source"/fuzz/dictionaries/*.dict "$OUT"
for corpus in "$source"/fuzz/corpus/*; do
  zip -qjr "$OUT/fuzz_$(basename "$corpus")_seed_corpus.zip" "$corpus"
done

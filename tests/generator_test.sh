#!/bin/sh
# cnnspec_generate on a copy of the repository's files: it writes what was changed, and nothing else.
#
#   generator_test.sh GENERATOR REPOSITORY FOLDER      FOLDER is made anew
set -eu
generator=$1 repository=$2 copy=$3
rm -rf "$copy"
mkdir -p "$copy"
(cd "$repository" && cp -r --parents README.md docs/worker.md fuzz/dictionaries/inputs.dict reports/schema \
  checks/kernels checks/vocabulary/operations.hpp "$copy")

fail() {
  echo "$1" >&2
  exit 1
}
said=$("$generator" "$copy")
[ -z "$said" ] || fail "what is up to date was written: $said"

echo '/* changed by hand */' >>"$copy/checks/kernels/cnnspec/kernel.h"
said=$("$generator" "$copy")
[ "$said" = "written: checks/kernels/cnnspec/kernel.h" ] || fail "expected kernel.h alone to be written, got: $said"
cmp "$repository/checks/kernels/cnnspec/kernel.h" "$copy/checks/kernels/cnnspec/kernel.h"

status=0
"$generator" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "without a folder: expected status 2, got $status"
status=0
"$generator" "$copy/docs" 2>/dev/null || status=$?
[ "$status" = 1 ] || fail "in a folder without the files: expected status 1, got $status"

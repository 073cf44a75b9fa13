// How random the tests are, settled once for a whole test program from the environment:
//   CNNSPEC_SEED=N    the seed of everything that is drawn; fixed by default, so that a run can be repeated
//   CNNSPEC_CASES=N   how many cases each property tries; 100 by default
#pragma once

#include <cstdint>

namespace cnnspec::tests {

/// The seed; for tests that draw by themselves. RapidCheck's properties are given the same one.
std::uint64_t test_seed();

/// `cases` in proportion to CNNSPEC_CASES, and at least one; for tests with a loop of their own.
int scaled(int cases);

}  // namespace cnnspec::tests

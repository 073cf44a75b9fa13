// The random settings of the tests, read once for a whole test program from the environment:
//   CNNSPEC_SEED=N    the seed of everything that is drawn; fixed by default, so that a run can be repeated
//   CNNSPEC_CASES=N   the number of cases of each property; 100 by default
//   CNNSPEC_SEEDS=N   the number of seeds of tests that ask several; 1 by default
#pragma once

#include <cstdint>
#include <cstdlib>

namespace cnnspec::tests {

/// The seed, for tests that draw their own data. RapidCheck's properties get the same seed.
std::uint64_t test_seed();

/// `cases` in proportion to CNNSPEC_CASES, and at least one; for tests with their own loop.
int scaled(int cases);

/// For tests that ask several seeds, starting from their own.
inline std::uint64_t number_of_seeds() {
  const char* const text = std::getenv("CNNSPEC_SEEDS");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

}  // namespace cnnspec::tests

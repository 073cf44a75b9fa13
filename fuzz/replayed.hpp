// What a target tells the replay of its corpus, so that a corpus with which nothing is compared does not pass.
#pragma once

#include <cstddef>

namespace cnnspec::fuzz {

/// How many inputs compared anything with what is right.
inline std::size_t inputs_that_compared = 0;

/// The share of its corpus that must; each target defines it.
extern const double least_share_that_compares;

}  // namespace cnnspec::fuzz

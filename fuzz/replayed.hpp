// How many inputs compared anything, so that the replay of a corpus fails if too few of its inputs do.
#pragma once

#include <cstddef>

namespace cnnspec::fuzz {

/// How many inputs compared anything with the right result.
inline std::size_t inputs_that_compared = 0;

/// The share of inputs of the corpus that must do so. Each target defines it.
extern const double least_share_that_compares;

}  // namespace cnnspec::fuzz

// Slices: which part of each tensor a plane of an output needs, so that it is the whole output of a smaller problem.
#pragma once

#include <vector>

#include "checks/vocabulary/problem.hpp"

namespace cnnspec::checks {

struct Range {
  Idx first = 0, count = 1;
};

/// Of plane (n, c) of an output [batch, channels, ...]: ranges on the first axes of each tensor, and all of the others.
struct Slices {
  Problem problem;
  std::vector<std::vector<Range>> inputs;  // none: each is cut as the output is
  std::vector<Range> output;
};

/// For Pass::slices where each image and each channel, or each element, is computed from itself alone.
Slices slice_alone(const Problem& problem, Idx n, Idx c);

}  // namespace cnnspec::checks

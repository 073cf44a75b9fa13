// Slices: the part of each tensor that a plane of an output needs. With these parts the plane is the whole output of a
// smaller problem.
#pragma once

#include <vector>

#include "checks/vocabulary/problem.hpp"

namespace cnnspec::checks {

struct Range {
  Idx first = 0, count = 1;
};

/// The slices for plane (n, c) of an output [batch, channels, ...]: ranges on the first axes of each tensor; other axes
/// are whole.
struct Slices {
  Problem problem;
  std::vector<std::vector<Range>> inputs;  // empty: each input is cut like the output
  std::vector<Range> output;
};

/// For Pass::slices of a layer that computes each image and each channel, or each element, from itself alone.
Slices slice_alone(const Problem& problem, Idx n, Idx c);

}  // namespace cnnspec::checks

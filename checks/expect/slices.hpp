// Slices: the part of each tensor that a part of an output needs. With these slices, the part of the output is the
// whole output of a smaller problem.
#pragma once

#include <vector>

#include "checks/vocabulary/problem.hpp"

namespace cnnspec::checks {

struct Range {
  Idx first = 0, count = 1;
  friend auto operator<=>(const Range&, const Range&) = default;
};

/// A range on each axis of a tensor, or on its first axes. Axes without a range are whole.
using Box = std::vector<Range>;

struct Slices {
  Problem problem;
  std::vector<Box> inputs;  // empty: each input is cut like the output
};

/// For Pass::slices of a layer that computes each image and each channel, or each element, from itself alone.
Slices slice_alone(const Problem& problem, const Box& output);

}  // namespace cnnspec::checks

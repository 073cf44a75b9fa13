// Sized axes: the numbers of a problem that fast code blocks, vectorises, or counts in a narrow integer, and the values
// around which it branches.
//
// To add one, add a line to the table of its family in sized_axes.cpp, and say in sized_problem.cpp how a problem is drawn in
// which that number has a given value.
#pragma once

#include <array>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Where fast code branches: beside each power of two from 8 to 256. 257 is the first beyond 256 that is no multiple of it.
inline constexpr std::array<Idx, 17> size_boundaries{8,  9,  15,  16,  17,  31,  32,  33, 63,
                                                     64, 65, 127, 128, 129, 255, 256, 257};

/// What a problem is asked to have; 0: anything.
struct WantedSizes {
  Idx batch = 0, groups = 0;
  Idx in_channels = 0, in_per_group = 0, out_channels = 0, out_per_group = 0;
  Idx in_height = 0, out_height = 0, kernel_height = 0;
  Idx in_width = 0, out_width = 0, kernel_width = 0;
  Idx window = 0;  // cells of it
  Idx terms = 0;   // of one sum
  Idx in_features = 0, out_features = 0, count = 0;
};

/// What a size settles about a problem, as bits. Two sizes that settle nothing in common can be wanted at once.
enum Settled : unsigned { batch_settled = 1, height_settled = 2, width_settled = 4, groups_settled = 8, in_settled = 16,
                          out_settled = 32 };

struct SizedAxis {
  const char* name;
  Idx WantedSizes::*wanted;
  unsigned settles;
  Idx (*of)(const Problem&);
};

/// Those that an operation has.
const std::vector<SizedAxis>& sized_axes(Op op);

}  // namespace cnnspec::checks

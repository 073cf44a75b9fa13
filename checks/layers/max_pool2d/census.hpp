// The proof for one configuration of max_pool2d: all weak orders of cells, with NaN, are compared with the twin's rule.
//
// A layer that runs on Ordered can only compare its cells (ordered.hpp). So one image for each weak order of its cells
// represents all images. If the image has few cells, all of its weak orders are run, and nothing else is assumed.
//
// In a larger image, cells are labelled with classes. There are as many classes as taps of a window in all channels,
// such that the taps of any window lie in different classes:
//     class = (channel, padded row / dilation_height % kernel_height, padded column / dilation_width % kernel_width)
// (Padded row i*stride + p*dilation, divided by the dilation and rounded down, is i*stride/dilation + p.) Cells of one
// class are equal, and all weak orders of the classes are run. So every window goes through all weak orders of its own
// cells, all windows at once. If the windows of a layer do not read each other's cells, this is a proof for all images.
// This condition is assumed. It is tested, not proved, on some images with independently drawn cells: only these images
// distinguish cells of one class. (Comparisons could be recorded; but a comparison returns a bool, and a record cannot
// show how a layer uses this bool for another window.)
//
// The output's extents are those of the twin, which does not use a size formula.
//
// dy is random, and dx is linear in it: each image adds 1/(2^61 - 1) to the probability of failure
// (scalars/modular_polynomial.hpp).
#pragma once

#include <optional>

#include "checks/census/difference.hpp"
#include "checks/census/ordered.hpp"
#include "checks/layers/max_pool2d/functions.hpp"
#include "checks/layers/max_pool2d/problem.hpp"

namespace cnnspec::checks {

struct PoolProof {
  std::optional<Difference> difference;  // the first
  bool whole_image = false;              // all weak orders of the image; false: of each window, and random images
  Idx images = 0;                        // number of images that were run
};

/// The taps of one window in all channels.
constexpr Idx stack_of(const cnnspec_pool2d& p) { return p.channels * p.kernel_height * p.kernel_width; }

/// Images with at most this many cells, or with at most as many as the taps of a window in all channels, are run whole.
inline constexpr Idx whole_image_cells = 4;

/// A valid problem of one image. Throws C6 if `f` returns wrong extents, and NotOrdered.
PoolProof prove(const MaxPool2dFunctions<Ordered>& f, const cnnspec_pool2d& p, std::uint64_t seed);

}  // namespace cnnspec::checks

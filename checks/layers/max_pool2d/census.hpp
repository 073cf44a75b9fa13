// The proof for one configuration of max_pool2d: all weak orders of cells, with NaN, against the twin's rule.
//
// A layer that runs on Ordered only compares its cells (ordered.hpp), so one image for each weak order of its cells
// stands for all images. Where the image has few cells, all of their weak orders are run, and nothing else is assumed.
//
// A larger image is labelled with classes, as many as the taps of a window and of those at its place in the other
// channels, so that these taps lie in different classes, wherever the window is:
//     class = (channel, padded row / dilation_height % kernel_height, padded column / dilation_width % kernel_width)
// (Padded row i*stride + p*dilation, divided by the dilation and rounded down, is i*stride/dilation + p.) Cells of one
// class are equal, and all weak orders of the classes are run: so every window goes through all weak orders of its own
// cells, all windows at once. For a layer whose windows do not look at each other's cells, this is a proof for all
// images. That they do not is assumed. It is tested, not proved, on some images whose cells are each drawn by
// themselves: only there are cells of one class told apart. (What was compared could be noted; but a comparison returns
// a bool, and what a layer makes of it for another window cannot be seen.)
//
// The output's extents are the twin's, which knows no size formula.
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
  bool whole_image = false;              // all weak orders of the image; otherwise of each window, and random images
  Idx images = 0;                        // how many were run
};

/// The taps of one window in all channels.
constexpr Idx stack_of(const cnnspec_pool2d& p) { return p.channels * p.kernel_height * p.kernel_width; }

/// Images with so few cells, or with no more than the taps of a window in all channels, are run whole.
inline constexpr Idx whole_image_cells = 4;

/// A valid problem of one image. Throws C6 if `f` returns other extents than it must, and NotOrdered.
PoolProof prove(const MaxPool2dFunctions<Ordered>& f, const cnnspec_pool2d& p, std::uint64_t seed);

}  // namespace cnnspec::checks

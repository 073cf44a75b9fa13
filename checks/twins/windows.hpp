// The windows along one axis, and the windows that contain a given cell.
//
// The twins count windows by walking over the padded axis. They find the windows that contain a cell by solving `start
// + dilation*tap = before + cell` for the window. Both methods are independent of the specification's size and index
// formulas on purpose. The out_height and out_width of a geometry are never read.
#pragma once

#include <vector>

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// A window of `kernel` taps, `dilation` cells apart, that moves by `stride` over an axis of before + in + after cells.
struct TwinAxis {
  Idx in, kernel, stride, dilation, before, after;

  Idx padded() const { return before + in + after; }
  /// The cells from the first tap to the last, both included.
  Idx reach() const { return dilation * (kernel - 1) + 1; }
};

/// Geometry: a problem whose window moves over an image.
template <class Geometry>
TwinAxis rows_of(const Geometry& g) {
  return {g.in_height, g.kernel_height, g.stride_height, g.dilation_height, g.pad_top, g.pad_bottom};
}
template <class Geometry>
TwinAxis columns_of(const Geometry& g) {
  return {g.in_width, g.kernel_width, g.stride_width, g.dilation_width, g.pad_left, g.pad_right};
}

/// from, from + step, ... up to `last`, for any step: no number beyond `last` is computed.
inline std::vector<Idx> steps_up_to(Idx from, Idx step, Idx last) {
  std::vector<Idx> steps;
  for (Idx at = from; at <= last; at += step) {
    steps.push_back(at);
    if (step > last - at) break;
  }
  return steps;
}

/// The padded cell under the first tap of each window, in order.
inline std::vector<Idx> window_starts(const TwinAxis& a) { return steps_up_to(0, a.stride, a.padded() - a.reach()); }
inline Idx count_windows(const TwinAxis& a) { return static_cast<Idx>(window_starts(a).size()); }

/// Window `window` covers a cell with tap `tap`.
struct Meeting {
  Idx window, tap;
};

/// All meetings of one real cell, by increasing tap.
inline std::vector<Meeting> meetings(const TwinAxis& a, Idx cell) {
  std::vector<Meeting> found;
  for (Idx tap = 0; tap < a.kernel; ++tap) {
    const Idx start = a.before + cell - a.dilation * tap;
    const bool is_a_start = start >= 0 && start % a.stride == 0 && start + a.reach() <= a.padded();
    if (is_a_start) found.push_back({start / a.stride, tap});
  }
  return found;
}

}  // namespace cnnspec::checks::twins

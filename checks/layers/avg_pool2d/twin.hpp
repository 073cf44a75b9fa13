// avg_pool2d once more, starting from the input: every cell reports to the windows that contain it, and backward
// collects from the same windows. Rows and columns are counted separately: the taps of a window are its rows times its
// columns.
//
// This file was written without looking at the specification's avg_pool2d. Sizes come from walking over the padded
// image; g.batch, g.out_height and g.out_width are not read. The geometry must be valid, with no divisor of zero, and
// the tensors must agree with it. T needs no more than +, / and T(Idx), and T{} must be its zero.
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

#include "checks/layers/avg_pool2d/problem.hpp"
#include "checks/twins/windows.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// ceil_mode: the axis, extended by blank cells for one more window. This window exists if cells remain behind the last
/// one and if it begins before the trailing padding. If there is no last window, it is taken to begin at -stride.
inline TwinAxis with_further_window(TwinAxis a) {
  const std::vector<Idx> starts = window_starts(a);
  const Idx last = starts.empty() ? -a.stride : starts.back();
  const bool cells_remain = last + a.reach() < a.padded();
  const bool begins_in_time = last < a.before + a.in - a.stride;
  if (cells_remain && begins_in_time) a.after += last + a.stride + a.reach() - a.padded();
  return a;
}

struct AveragedAxis {
  TwinAxis axis;             // all its windows fit
  std::vector<Idx> counted;  // for each window, the taps that its divisor counts
};

/// Padding also reports to the windows if it counts. The blank cells behind the padding never do.
inline AveragedAxis averaged(const AvgPool2dProblem& g, const TwinAxis& a) {
  const TwinAxis axis = g.ceil_mode != 0 ? with_further_window(a) : a;
  std::vector<Idx> counted(window_starts(axis).size());
  const bool pad = g.count_include_pad != 0;
  for (Idx cell = pad ? -a.before : 0; cell < a.in + (pad ? a.after : 0); ++cell)
    for (const Meeting& m : meetings(axis, cell)) ++counted[static_cast<std::size_t>(m.window)];
  return {axis, counted};
}

struct AveragedPlane {
  AveragedAxis rows, columns;
  std::vector<Idx> divisors;  // in row-major order of the windows

  explicit AveragedPlane(const AvgPool2dProblem& g)
      : rows(averaged(g, rows_of(g))), columns(averaged(g, columns_of(g))) {
    for (const Idx down : rows.counted)
      for (const Idx across : columns.counted)
        divisors.push_back(g.divisor_override > 0 ? g.divisor_override : down * across);
  }
  auto shape(Idx channels) const { return dyn_shape(channels, count_windows(rows.axis), count_windows(columns.axis)); }

  /// Each window's element, divided by the window's divisor.
  template <class T>
  Image<T> divided(Image<T> windows) const {
    for (Idx n = 0; n < windows.size(); ++n) {
      const Idx divisor = divisors[static_cast<std::size_t>(n) % divisors.size()];
      assert(divisor > 0);
      windows[n] = windows[n] / T(divisor);
    }
    return windows;
  }
  /// visit(row, column, vertical number of the window, horizontal number) wherever a window looks at a real cell
  template <class Visit>
  void each_meeting(Visit visit) const {
    for (Idx row = 0; row < rows.axis.in; ++row)
      for (Idx col = 0; col < columns.axis.in; ++col)
        for (const Meeting& v : meetings(rows.axis, row))
          for (const Meeting& h : meetings(columns.axis, col)) visit(row, col, v.window, h.window);
  }
};

/// x[C,H,W] -> y[C,OH,OW]
template <class T>
Image<T> avg_pool2d_forward(const AvgPool2dProblem& g, const Image<T>& x) {
  assert(x.extent(0) == g.channels && x.extent(1) == g.in_height && x.extent(2) == g.in_width);
  const AveragedPlane plane(g);
  Image<T> y(plane.shape(g.channels));
  for (Idx c = 0; c < g.channels; ++c)
    plane.each_meeting([&](Idx row, Idx col, Idx v, Idx h) { y(c, v, h) = y(c, v, h) + x(c, row, col); });
  return plane.divided(y);
}

/// dy[C,OH,OW] -> dx[C,H,W]. Cells that no window reaches get zero.
template <class T>
Image<T> avg_pool2d_backward(const AvgPool2dProblem& g, const Image<T>& dy) {
  const AveragedPlane plane(g);
  assert(dy.shape() == plane.shape(g.channels));
  const Image<T> share = plane.divided(dy);
  Image<T> dx(dyn_shape(g.channels, g.in_height, g.in_width));
  for (Idx c = 0; c < g.channels; ++c)
    plane.each_meeting([&](Idx row, Idx col, Idx v, Idx h) { dx(c, row, col) = dx(c, row, col) + share(c, v, h); });
  return dx;
}

}  // namespace cnnspec::checks::twins

// Geometry: a problem of the kernel contract as the spec's shapes and configurations, and whether the problem is valid
// at all. Shapes are those of one image; the counts include the batch.
#pragma once

#include <limits>

#include "checks/judge/case.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/max_pool2d.hpp"

namespace cnnspec::checks {

inline constexpr Idx largest_idx = std::numeric_limits<Idx>::max();

/// One axis of a window that moves.
struct Line {
  Idx in = 1, out = 1, kernel = 1;
  Axis axis{};
  friend bool operator==(const Line&, const Line&) = default;
};

/// Cells with the padding; of a line that satisfies C3.
inline Idx padded_extent(const Line& l) { return l.in + l.axis.before + l.axis.after; }

template <class P>
Line height_of(const P& p) {
  return {p.in_height, p.out_height, p.kernel_height, {p.stride_height, p.pad_top, p.pad_bottom, p.dilation_height}};
}
template <class P>
Line width_of(const P& p) {
  return {p.in_width, p.out_width, p.kernel_width, {p.stride_width, p.pad_left, p.pad_right, p.dilation_width}};
}
template <class P>
void set_height(P& p, const Line& line) {
  p.in_height = line.in, p.out_height = line.out, p.kernel_height = line.kernel;
  p.stride_height = line.axis.stride, p.dilation_height = line.axis.dilation;
  p.pad_top = line.axis.before, p.pad_bottom = line.axis.after;
}
template <class P>
void set_width(P& p, const Line& line) {
  p.in_width = line.in, p.out_width = line.out, p.kernel_width = line.kernel;
  p.stride_width = line.axis.stride, p.dilation_width = line.axis.dilation;
  p.pad_left = line.axis.before, p.pad_right = line.axis.after;
}

inline Conv2dConfig config_of(const cnnspec_conv2d& p) { return {height_of(p).axis, width_of(p).axis, p.groups}; }
inline MaxPool2dConfig config_of(const cnnspec_pool2d& p) {
  return {p.kernel_height, p.kernel_width, height_of(p).axis, width_of(p).axis};
}

inline auto x_shape(const cnnspec_conv2d& p) { return dyn_shape(p.in_channels, p.in_height, p.in_width); }
inline auto x_shape(const cnnspec_pool2d& p) { return dyn_shape(p.channels, p.in_height, p.in_width); }
inline auto x_shape(const cnnspec_linear& p) { return dyn_shape(p.in_features); }
inline auto x_shape(const cnnspec_elementwise& p) { return dyn_shape(p.count); }

inline auto w_shape(const cnnspec_conv2d& p) {
  return dyn_shape(p.out_channels, p.in_channels / p.groups, p.kernel_height, p.kernel_width);
}
inline auto w_shape(const cnnspec_linear& p) { return dyn_shape(p.out_features, p.in_features); }

inline auto y_shape(const cnnspec_conv2d& p) { return dyn_shape(p.out_channels, p.out_height, p.out_width); }
inline auto y_shape(const cnnspec_pool2d& p) { return dyn_shape(p.channels, p.out_height, p.out_width); }
inline auto y_shape(const cnnspec_linear& p) { return dyn_shape(p.out_features); }
inline auto y_shape(const cnnspec_elementwise& p) { return dyn_shape(p.count); }

/// How many images: an elementwise problem has no batch.
template <class P>
Idx batch_of(const P& p) {
  return p.batch;
}
inline Idx batch_of(const cnnspec_elementwise&) { return 1; }

/// Elements of x and of y over the whole batch.
template <class P>
Idx x_count(const P& p) {
  return batch_of(p) * x_shape(p).count();
}
template <class P>
Idx y_count(const P& p) {
  return batch_of(p) * y_shape(p).count();
}

/// The first clause that a problem violates: C1 (every extent, the batch too), C2, C3 (the batch's elements too), C4,
/// C5, and C6 (an output extent that is not what the formula gives).
Violation check(const cnnspec_conv2d& p);
Violation check(const cnnspec_pool2d& p);
Violation check(const cnnspec_linear& p);
Violation check(const cnnspec_elementwise& p);
Violation check(const Problem& p);

/// Multiply-adds (cells looked at, for pooling) of one run over the batch; the largest Idx where it is more than that.
Idx taps(const cnnspec_conv2d& p);
Idx taps(const cnnspec_pool2d& p);
Idx taps(const cnnspec_linear& p);
Idx taps(const cnnspec_elementwise& p);
Idx taps(const Problem& p);

}  // namespace cnnspec::checks

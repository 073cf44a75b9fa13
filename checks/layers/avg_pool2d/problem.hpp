// avg_pool2d's problem. kernel.h declares the same struct as cnnspec_avg_pool2d.
#pragma once

#include "checks/vocabulary/shapes.hpp"
#include "checks/vocabulary/window.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

struct AvgPool2dProblem {
  Idx batch, channels, in_height, in_width, out_height, out_width;
  Idx kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  Idx pad_top, pad_left, pad_bottom, pad_right;
  Idx count_include_pad, ceil_mode, divisor_override;
};

template <>
struct ProblemOf<AvgPool2dProblem> {
  using P = AvgPool2dProblem;
  static constexpr LayerId layer{5};
  static auto x(const P& p) { return dyn_shape(p.channels, p.in_height, p.in_width); }
  static auto y(const P& p) { return dyn_shape(p.channels, p.out_height, p.out_width); }
};

}  // namespace cnnspec::checks

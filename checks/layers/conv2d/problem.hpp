// conv2d's problem.
#pragma once

#include "checks/vocabulary/shapes.hpp"
#include "checks/vocabulary/window.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/kernel.h"

namespace cnnspec::checks {

template <>
struct ProblemOf<cnnspec_conv2d> {
  using P = cnnspec_conv2d;
  static constexpr LayerId layer{0};
  static Conv2dConfig config(const P& p) { return {height_of(p).axis, width_of(p).axis, p.groups}; }
  static auto x(const P& p) { return dyn_shape(p.in_channels, p.in_height, p.in_width); }
  static auto w(const P& p) {
    return dyn_shape(p.out_channels, p.in_channels / p.groups, p.kernel_height, p.kernel_width);
  }
  static auto y(const P& p) { return dyn_shape(p.out_channels, p.out_height, p.out_width); }
};

}  // namespace cnnspec::checks

// max_pool2d's problem.
#pragma once

#include "checks/vocabulary/shapes.hpp"
#include "checks/vocabulary/window.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/max_pool2d.hpp"

namespace cnnspec::checks {

template <>
struct ProblemOf<cnnspec_pool2d> {
  using P = cnnspec_pool2d;
  static constexpr LayerId layer{1};
  static MaxPool2dConfig config(const P& p) {
    return {p.kernel_height, p.kernel_width, height_of(p).axis, width_of(p).axis};
  }
  static auto x(const P& p) { return dyn_shape(p.channels, p.in_height, p.in_width); }
  static auto y(const P& p) { return dyn_shape(p.channels, p.out_height, p.out_width); }
};

}  // namespace cnnspec::checks

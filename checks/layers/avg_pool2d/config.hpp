// avg_pool2d's problem as the specification's configuration.
#pragma once

#include "checks/layers/avg_pool2d/problem.hpp"
#include "cnnspec/avg_pool2d.hpp"

namespace cnnspec::checks {

inline AvgPool2dConfig config_of(const AvgPool2dProblem& p) {
  return {p.kernel_height,          p.kernel_width,   height_of(p).axis, width_of(p).axis,
          p.count_include_pad != 0, p.ceil_mode != 0, p.divisor_override};
}

}  // namespace cnnspec::checks

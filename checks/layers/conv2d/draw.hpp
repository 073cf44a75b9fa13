// conv2d: draws one problem.
#pragma once

#include "checks/generate/configurations.hpp"
#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {

inline cnnspec_conv2d draw_conv2d(Choices& choices, const Limits& limits = {}) {
  return draw_of<cnnspec_conv2d>(choices, limits);
}

}  // namespace cnnspec::checks

// max_pool2d: draws one problem.
#pragma once

#include "checks/generate/configurations.hpp"
#include "checks/layers/max_pool2d/problem.hpp"

namespace cnnspec::checks {

inline cnnspec_pool2d draw_pool2d(Choices& choices, const Limits& limits = {}) {
  return draw_of<cnnspec_pool2d>(choices, limits);
}

}  // namespace cnnspec::checks

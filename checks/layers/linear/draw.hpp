// linear: draws one problem.
#pragma once

#include "checks/generate/configurations.hpp"
#include "checks/layers/linear/problem.hpp"

namespace cnnspec::checks {

inline cnnspec_linear draw_linear(Choices& choices, const Limits& limits = {}) {
  return draw_of<cnnspec_linear>(choices, limits);
}

}  // namespace cnnspec::checks

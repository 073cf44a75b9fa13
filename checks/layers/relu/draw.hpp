// relu: draws one problem.
#pragma once

#include "checks/generate/configurations.hpp"
#include "checks/layers/relu/problem.hpp"

namespace cnnspec::checks {

inline cnnspec_elementwise draw_elementwise(Choices& choices, const Limits& limits = {}) {
  return draw_of<cnnspec_elementwise>(choices, limits);
}

}  // namespace cnnspec::checks

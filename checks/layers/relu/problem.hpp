// relu's problem: a number of elements.
#pragma once

#include "checks/vocabulary/shapes.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

template <>
struct ProblemOf<cnnspec_elementwise> {
  using P = cnnspec_elementwise;
  static constexpr LayerId layer{2};
  static auto x(const P& p) { return dyn_shape(p.count); }
  static auto y(const P& p) { return dyn_shape(p.count); }
};

}  // namespace cnnspec::checks

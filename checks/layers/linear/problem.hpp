// linear's problem.
#pragma once

#include "checks/vocabulary/shapes.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

template <>
struct ProblemOf<cnnspec_linear> {
  using P = cnnspec_linear;
  static constexpr LayerId layer{3};
  static auto x(const P& p) { return dyn_shape(p.in_features); }
  static auto w(const P& p) { return dyn_shape(p.out_features, p.in_features); }
  static auto y(const P& p) { return dyn_shape(p.out_features); }
};

}  // namespace cnnspec::checks

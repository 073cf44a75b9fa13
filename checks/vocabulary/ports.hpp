// Ports: the tensors that layers have in common, with their shapes from the layer's ProblemOf.
#pragma once

#include "checks/vocabulary/layer.hpp"
#include "checks/vocabulary/shapes.hpp"

namespace cnnspec::checks {

/// Of a layer y = f(x, w, b) with weights w and an optional bias b, and of its three gradients.
template <ProblemStruct P>
struct PortsWithWeights {
  static constexpr Port x{"x", Role::x, x_extents<P>}, dx{"dx", Role::x, x_extents<P>};
  static constexpr Port w{"w", Role::w, w_extents<P>}, dw{"dw", Role::w, w_extents<P>};
  static constexpr Port b{.name = "b", .role = Role::b, .extents = b_extents<P>, .is_optional = true};
  static constexpr Port db{"db", Role::b, b_extents<P>};
  static constexpr Port y{"y", Role::y, y_extents<P>}, dy{"dy", Role::y, y_extents<P>};

  static constexpr Port x_w_b[]{x, w, b}, w_dy[]{w, dy}, x_dy[]{x, dy}, only_dy[]{dy};
  static constexpr Port only_y[]{y}, only_dx[]{dx}, only_dw[]{dw}, only_db[]{db};
};

}  // namespace cnnspec::checks

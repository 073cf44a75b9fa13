#include "checks/layers/flatten/gradient.hpp"

#include "checks/gradient/check_gradient.hpp"

namespace cnnspec::checks {

GradientReport check_gradient_of(const FlattenFunctions<Int128>& f, const cnnspec_pool2d& p,
                                 const GradientOptions& options) {
  return check_gradient<Int128>(
      "flatten", {"x"}, f.forward, [&](const auto& x, const auto& dy) { return f.backward(x.shape(), dy); }, options,
      x_shape(p));
}

}  // namespace cnnspec::checks

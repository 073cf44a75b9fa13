#include "checks/layers/max_pool2d/gradient.hpp"

#include "checks/gradient/check_gradient.hpp"

namespace cnnspec::checks {

GradientReport check_gradient_of(const MaxPool2dFunctions<Int128>& f, const cnnspec_pool2d& p,
                                 const GradientOptions& options) {
  const MaxPool2dConfig g = config_of(p);
  return check_gradient<Int128>(
      "max_pool2d", {"x"}, [&](const auto& x) { return f.forward(x, g); },
      [&](const auto& x, const auto& dy) { return f.backward(x, dy, g); }, options, x_shape(p));
}

}  // namespace cnnspec::checks

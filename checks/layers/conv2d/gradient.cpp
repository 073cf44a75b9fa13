#include "checks/layers/conv2d/gradient.hpp"

#include <tuple>

#include "checks/gradient/check_gradient.hpp"

namespace cnnspec::checks {

GradientReport check_gradient_of(const Conv2dFunctions<Int128>& f, const cnnspec_conv2d& p,
                                 const GradientOptions& options) {
  const Conv2dConfig g = config_of(p);
  return check_gradient<Int128>(
      "conv2d", {"x", "w", "b"},
      [&](const auto& x, const auto& w, const auto& b) { return f.forward_with_bias(x, w, b, g); },
      [&](const auto& x, const auto& w, const auto&, const auto& dy) {
        return std::tuple{f.backward_input(x.shape(), w, dy, g), f.backward_kernel(x, w.shape(), dy, g),
                          f.backward_bias(dy)};
      },
      options, x_shape(p), w_shape(p), dyn_shape(p.out_channels));
}

}  // namespace cnnspec::checks

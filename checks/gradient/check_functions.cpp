#include "checks/gradient/check_functions.hpp"

#include <tuple>

#include "checks/layers/problems.hpp"
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

GradientReport check_gradient_of(const MaxPool2dFunctions<Int128>& f, const cnnspec_pool2d& p,
                                 const GradientOptions& options) {
  const MaxPool2dConfig g = config_of(p);
  return check_gradient<Int128>(
      "max_pool2d", {"x"}, [&](const auto& x) { return f.forward(x, g); },
      [&](const auto& x, const auto& dy) { return f.backward(x, dy, g); }, options, x_shape(p));
}

GradientReport check_gradient_of(const ReluFunctions<Int128>& f, const cnnspec_elementwise& p,
                                 const GradientOptions& options) {
  return check_gradient<Int128>("relu", {"x"}, f.forward, f.backward, options, x_shape(p));
}

GradientReport check_gradient_of(const FlattenFunctions<Int128>& f, const cnnspec_pool2d& p,
                                 const GradientOptions& options) {
  return check_gradient<Int128>(
      "flatten", {"x"}, f.forward, [&](const auto& x, const auto& dy) { return f.backward(x.shape(), dy); }, options,
      x_shape(p));
}

GradientReport check_gradient_of(const LinearFunctions<Int128>& f, const cnnspec_linear& p,
                                 const GradientOptions& options) {
  return check_gradient<Int128>(
      "linear", {"x", "w", "b"}, f.forward_with_bias,
      [&](const auto& x, const auto& w, const auto&, const auto& dy) {
        return std::tuple{f.backward_input(w, dy), f.backward_weight(x, dy), f.backward_bias(dy)};
      },
      options, x_shape(p), w_shape(p), y_shape(p));
}

}  // namespace cnnspec::checks

#include "checks/layers/linear/gradient.hpp"

#include <tuple>

#include "checks/gradient/check_gradient.hpp"

namespace cnnspec::checks {

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

#include "checks/layers/avg_pool2d/gradient.hpp"

#include "checks/gradient/check_gradient.hpp"
#include "checks/layers/avg_pool2d/laws.hpp"

namespace cnnspec::checks {

GradientReport check_gradient_of(const AvgPool2dFunctions<Int128>& f, const AvgPool2dProblem& problem,
                                 const GradientOptions& options) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  const AvgPool2dConfig g = config_of(p);
  const auto times = [m = Int128(multiple_of_divisors(p))](const auto& t) {
    return mapped(t, [&](const Int128& v) { return m * v; });
  };
  return check_gradient<Int128>(
      "avg_pool2d", {"x"}, [&](const auto& x) { return f.forward(times(x), g); },
      [&](const auto& x, const auto& dy) { return f.backward(x.shape(), times(dy), g); }, options, x_shape(p));
}

}  // namespace cnnspec::checks

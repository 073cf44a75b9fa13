// The gradient check of your own layer: a mean over non-overlapping 2x2 windows, with its backward pass.
#include <iostream>

#include "checks/gradient/check_gradient.hpp"
#include "checks/scalars/exact.hpp"

using namespace cnnspec;
using namespace cnnspec::checks;

// Written for any scalar; x is [C,H,W].
const auto mean_pool = [](const auto& x) {
  using T = typename std::decay_t<decltype(x)>::Scalar;
  Image<T> y(dyn_shape(x.extent(0), x.extent(1) / 2, x.extent(2) / 2));
  for (Idx c = 0; c < x.extent(0); ++c)
    for (Idx i = 0; i < y.extent(1) * 2; ++i)
      for (Idx j = 0; j < y.extent(2) * 2; ++j) y(c, i / 2, j / 2) += x(c, i, j) / 4;
  return y;
};
const auto mean_pool_backward = [](const auto& x, const auto& dy) {
  auto dx = zeros<typename std::decay_t<decltype(x)>::Scalar>(x.shape());
  for (Idx c = 0; c < x.extent(0); ++c)
    for (Idx i = 0; i < dy.extent(1) * 2; ++i)
      for (Idx j = 0; j < dy.extent(2) * 2; ++j) dx(c, i, j) = dy(c, i / 2, j / 2) / 4;
  return dx;
};

int main() {
  const GradientReport report =
      check_gradient<Rational>("mean_pool", {"x"}, mean_pool, mean_pool_backward, GradientOptions{}, dyn_shape(2, 5, 4));
  std::cout << (report.passed() ? "right, exactly: " : report.failure()) << report.entries() << " derivatives compared\n";
  return report.passed() ? 0 : 1;
}

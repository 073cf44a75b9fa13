// Runs the gradient check on a layer defined here, once right and once wrong; and looks up a built-in kernel.
#include <cnnspec/kernel.h>

#include <checks/gradient/check_gradient.hpp>
#include <checks/kernels/registry.hpp>
#include <checks/scalars/exact.hpp>

namespace {

/// y = 3 x, checked with a backward that multiplies dy by `slope`.
bool passes(int slope) {
  const auto scaled = [](const auto& x, int factor) {
    auto y = x;
    for (cnnspec::Idx n = 0; n < x.size(); ++n) y[n] = x[n] * factor;
    return y;
  };
  return cnnspec::checks::check_gradient<cnnspec::checks::BigInt>(
             "triple", {"x"}, [&](const auto& x) { return scaled(x, 3); },
             [&](const auto&, const auto& dy) { return scaled(dy, slope); }, {}, cnnspec::dyn_shape(2, 3))
      .passed();
}

}  // namespace

int main() {
  const bool found = cnnspec::checks::find_kernel("im2col").name == "im2col";
  return CNNSPEC_KERNEL_ABI == 1 && found && passes(3) && !passes(2) ? 0 : 1;
}

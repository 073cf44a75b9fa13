#include "checks/layers/relu/gradient.hpp"

#include "checks/gradient/check_gradient.hpp"

namespace cnnspec::checks {

GradientReport check_gradient_of(const ReluFunctions<Int128>& f, const cnnspec_elementwise& p,
                                 const GradientOptions& options) {
  return check_gradient<Int128>("relu", {"x"}, f.forward, f.backward, options, x_shape(p));
}

}  // namespace cnnspec::checks

// im2col: a small optimised kernel of ours, to be judged like anybody else's. Convolutions become matrix products.
#pragma once

#include "checks/kernels/kernel.hpp"
#include "checks/kernels/matrix_product.hpp"

namespace cnnspec::checks {

/// What it has, in f32 and f64, and in f16 and bf16 storage with everything computed in float. `order` and
/// `fma` say how its matrix products are summed; whatever they are, the results are within the rounding bound. Named
/// "im2col" with the order unless it is `blocked`, and "-fma" with it.
Kernel im2col_variant(LoopOrder order, bool fma);

}  // namespace cnnspec::checks

// im2col: a small optimised kernel of this project, to be judged like any other kernel. Convolutions become matrix
// products.
#pragma once

#include "checks/kernels/kernel.hpp"
#include "checks/kernels/matrix_product.hpp"

namespace cnnspec::checks {

/// Its functions: f32 and f64, and f16 and bf16 storage with all computation in float. `order` and `fma` set the order
/// of summation in its matrix products; the results are within the rounding bound in each case. The name is "im2col",
/// then the order unless it is `blocked`, then "-fma" with fma.
Kernel im2col_variant(LoopOrder order, bool fma);

}  // namespace cnnspec::checks

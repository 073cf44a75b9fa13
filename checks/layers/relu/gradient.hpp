// The exact gradient check of relu, for the functions of the specification or for other ones.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/relu/functions.hpp"
#include "checks/layers/relu/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// Checks `backward` against the finite differences of `forward` over integers, on one image of the problem.
GradientReport check_gradient_of(const ReluFunctions<Int128>& f, const cnnspec_elementwise& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

// The exact gradient check of relu as functions: the specification's, or somebody else's.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/relu/functions.hpp"
#include "checks/layers/relu/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// `backward` against the finite differences of `forward` over integers, on one image of the problem.
GradientReport check_gradient_of(const ReluFunctions<Int128>& f, const cnnspec_elementwise& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

// The exact gradient check of avg_pool2d, for the functions of the specification or for other ones.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/avg_pool2d/functions.hpp"
#include "checks/layers/avg_pool2d/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// Checks `backward` against the finite differences of `forward`, on one image of the problem. Numbers and step are
/// multiples of the divisors, so that whole numbers stay whole.
GradientReport check_gradient_of(const AvgPool2dFunctions<Int128>& f, const AvgPool2dProblem& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

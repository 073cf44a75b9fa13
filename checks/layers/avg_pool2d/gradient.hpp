// The exact gradient check of avg_pool2d as functions: the specification's, or somebody else's.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/avg_pool2d/functions.hpp"
#include "checks/layers/avg_pool2d/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// `backward` against the finite differences of `forward`, on one image of the problem: over multiples of its divisors,
/// with a step that is one, too, so that whole numbers stay whole.
GradientReport check_gradient_of(const AvgPool2dFunctions<Int128>& f, const AvgPool2dProblem& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

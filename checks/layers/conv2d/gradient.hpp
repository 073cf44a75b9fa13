// The exact gradient check of conv2d, for the functions of the specification or for other ones.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// Checks `backward` against the finite differences of `forward` over integers, on one image of the problem.
GradientReport check_gradient_of(const Conv2dFunctions<Int128>& f, const cnnspec_conv2d& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

// The exact gradient check of flatten, for the functions of the specification or for other ones.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/flatten/functions.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// Checks `backward` against the finite differences of `forward` over integers, on one image of a pooling problem,
/// whose input is flattened.
GradientReport check_gradient_of(const FlattenFunctions<Int128>& f, const cnnspec_pool2d& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

// The exact gradient check of linear, for the functions of the specification or for other ones.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/linear/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// Checks `backward` against the finite differences of `forward` over integers, on one image of the problem.
GradientReport check_gradient_of(const LinearFunctions<Int128>& f, const cnnspec_linear& p,
                                 const GradientOptions& options);

}  // namespace cnnspec::checks

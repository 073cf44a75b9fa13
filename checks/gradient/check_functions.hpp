// The exact gradient check of a layer that is given as functions: the specification's, or somebody else's.
#pragma once

#include "checks/layers/problems.hpp"
#include "checks/gradient/finite_difference.hpp"
#include "checks/vocabulary/layer.hpp"
#include "checks/laws/functions.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// `backward` against the finite differences of `forward` over integers, on one image of the problem.
GradientReport check_gradient_of(const Conv2dFunctions<Int128>&, const cnnspec_conv2d&, const GradientOptions&);
GradientReport check_gradient_of(const MaxPool2dFunctions<Int128>&, const cnnspec_pool2d&, const GradientOptions&);
GradientReport check_gradient_of(const ReluFunctions<Int128>&, const cnnspec_elementwise&, const GradientOptions&);
/// Of the input of the max_pool2d problem.
GradientReport check_gradient_of(const FlattenFunctions<Int128>&, const cnnspec_pool2d&, const GradientOptions&);
GradientReport check_gradient_of(const LinearFunctions<Int128>&, const cnnspec_linear&, const GradientOptions&);

}  // namespace cnnspec::checks

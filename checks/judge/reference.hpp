// The reference: an operation computed by the specification, with any scalar, over a batch.
#pragma once

#include <vector>

#include "checks/judge/operation.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/measured.hpp"

namespace cnnspec::checks {

/// The elements of each input, in the order of Operation::inputs. A last one that is empty is a bias that is not there.
template <class S>
using Operands = std::vector<std::vector<S>>;

/// Several sets of data in one run, for operations that add and multiply and do not compare.
inline constexpr std::size_t exact_lanes = 4;
using ExactLanes = Lanes<double, exact_lanes>;

/// The elements of the output. The specification handles one image; here y and dx stand side by side, and the gradients
/// of the parameters are summed over the images. Instantiated for double, Measured<double>, Measured<long double> and
/// ExactLanes.
template <class S>
std::vector<S> run_spec(const Operation& operation, const Operands<S>& inputs);

}  // namespace cnnspec::checks

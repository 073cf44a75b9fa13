// The reference: an operation computed by the specification, with any scalar, over a batch.
#pragma once

#include <vector>

#include "checks/judge/operation.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/measured.hpp"
#include "checks/scalars/perturbed.hpp"
#include "checks/scalars/term_range.hpp"

namespace cnnspec::checks {

/// The elements of each input, in the order of Operation::inputs. A last one that is empty is a bias that is not there.
template <class S>
using Operands = std::vector<std::vector<S>>;

/// Several sets of data in one run, for operations that add and multiply and do not compare.
template <std::size_t lanes>
using ExactLanes = Lanes<double, lanes>;

/// The elements of the output. The specification handles one image; here y and dx stand side by side, and the gradients
/// of the parameters are summed over the images. Instantiated for double, TermRange, Measured and Perturbed of double and
/// long double, ExactLanes<2> and ExactLanes<4>.
template <class S>
std::vector<S> run_spec(const Operation& operation, const Operands<S>& inputs);

}  // namespace cnnspec::checks

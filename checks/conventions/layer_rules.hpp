// What a layer defines about conventions. A layer without rules has only the general conventions, and the right results
// under these follow from its arithmetic.
#pragma once

#include <span>
#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

struct LayerRules {
  /// The layer's own conventions. A convention with the same name in another layer is the same one.
  std::span<const ConventionRow> conventions{};
  /// The alternative right outputs of a layer that selects, for which they do not follow from the arithmetic.
  std::vector<Expectation> (*select)(const Rules&, const Operation&, const Arithmetic&,
                                     const Operands<double>& inputs) = nullptr;
  /// The alternative right outputs, derived from the expectation without the layer's own conventions.
  std::vector<Expectation> (*change)(const Rules&, const Operation&, const Operands<double>& inputs,
                                     Expectation) = nullptr;
};

// For ConventionRow.
inline bool to_all_passes(const Pass&, DType) { return true; }
/// True for all passes of a layer except the first.
inline bool to_gradients(const Pass& pass, DType) { return layer_of(pass.op).passes.front().op != pass.op; }
bool has_nan_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs);
bool has_special_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs);
bool has_special(const Operands<double>& inputs);

}  // namespace cnnspec::checks

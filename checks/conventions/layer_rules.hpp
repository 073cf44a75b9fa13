// What conventions are to a layer. A layer that says nothing has the general ones alone, and what is right under these
// follows from its arithmetic.
#pragma once

#include <span>
#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

struct LayerRules {
  /// Its own. One that another layer has as well, by name, is the same.
  std::span<const ConventionRow> conventions{};
  /// What may come out, one of several, where that is not computed from the arithmetic: of a layer that selects.
  std::vector<Expectation> (*select)(const Rules&, const Operation&, const Arithmetic&,
                                     const Operands<double>& inputs) = nullptr;
  /// The same from what is expected but for the layer's own conventions.
  std::vector<Expectation> (*change)(const Rules&, const Operation&, const Operands<double>& inputs,
                                     Expectation) = nullptr;
};

// For ConventionRow.
inline bool to_all_passes(const Pass&, DType) { return true; }
/// To all but its layer's first.
inline bool to_gradients(const Pass& pass, DType) { return layer_of(pass.op).passes.front().op != pass.op; }
bool has_nan_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs);
bool has_special_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs);
bool has_special(const Operands<double>& inputs);

}  // namespace cnnspec::checks

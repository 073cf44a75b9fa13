// One layer on an arbitrary configuration, valid or not. A valid one must obey the laws of the layer over exact
// integers, its independent twin among them, and have the gradient that exact finite differences have. An invalid one
// must be refused everywhere, for a clause that it really violates.
#pragma once

#include "checks/generate/case_fields.hpp"
#include "checks/laws/layer_checks.hpp"

namespace cnnspec::checks {

struct LayerCase {
  LayerId layer{};
  Problem problem;  // of a layer that has none of its own: the one whose input it takes
  Idx data_seed = 0;

  /// The layer, 16 bits of data seed, the problem.
  void list_fields(Fields& fields);
};

/// Up to this many multiply-adds of the layer, and of what its laws make of it (work.hpp), a problem is computed; of a
/// larger one, the sizes are checked.
inline constexpr Idx most_layer_taps = 1000;
inline constexpr double most_layer_work = 20000;

/// What is checked: the specification's layers, or somebody else's over Int128.
CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions = {});

}  // namespace cnnspec::checks

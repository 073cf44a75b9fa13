// One layer on an arbitrary configuration. A valid configuration must obey the laws of the layer over exact integers,
// including the independent twin, and backward must agree with exact finite differences. An invalid configuration must
// be refused everywhere, for a clause that it really violates.
#pragma once

#include "checks/generate/case_fields.hpp"
#include "checks/laws/layer_checks.hpp"

namespace cnnspec::checks {

struct LayerCase {
  LayerId layer{};
  Problem problem;  // a layer without its own problems uses the problem of the layer whose input it takes
  Idx data_seed = 0;

  /// The layer, 16 bits of data seed, the problem.
  void list_fields(Fields& fields);
};

/// A problem is computed if the layer and its laws (work.hpp) need at most this many multiply-adds. For a larger
/// problem, only the sizes are checked.
inline constexpr Idx most_layer_taps = 1000;
inline constexpr double most_layer_work = 20000;

/// The functions under test: the specification's layers, or other ones over Int128.
CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions = {});

}  // namespace cnnspec::checks

// One layer on an arbitrary configuration, valid or not. A valid one must obey the laws of the layer over exact
// integers, its independent twin among them, and have the gradient that exact finite differences have. An invalid one
// must be refused everywhere, for a clause that it really violates.
#pragma once

#include "checks/cases/fields.hpp"
#include "checks/vocabulary/layer.hpp"
#include "checks/laws/functions.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

struct LayerCase {
  enum class Layer { conv2d, max_pool2d, relu, flatten, linear };
  Layer layer{};
  Problem problem;  // of flatten: the max_pool2d problem whose input it takes
  Idx data_seed = 0;

  /// The layer, 16 bits of data seed, the problem.
  void list_fields(Fields& fields);
};

/// What is checked: the specification's layers, or somebody else's.
struct LayerFunctions {
  Conv2dFunctions<Int128> conv2d = spec_conv2d<Int128>();
  MaxPool2dFunctions<Int128> max_pool2d = spec_max_pool2d<Int128>();
  ReluFunctions<Int128> relu = spec_relu<Int128>();
  FlattenFunctions<Int128> flatten = spec_flatten<Int128>();
  LinearFunctions<Int128> linear = spec_linear<Int128>();
};

/// Up to this many multiply-adds of the layer, and of what its laws make of it (work.hpp), a problem is computed; of a
/// larger one, the sizes are checked.
inline constexpr Idx most_layer_taps = 1000;
inline constexpr double most_layer_work = 20000;
/// About so many multiply-adds are shared out among the laws; what is small obeys all of them.
inline constexpr double most_law_work = 12000;
/// Up to this many multiply-adds of finite differences, all of them are taken.
inline constexpr Idx most_difference_taps = 2000;

/// The specification's layers, made once.
const LayerFunctions& specified_layers();

CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions = specified_layers());

}  // namespace cnnspec::checks

// What a layer provides for the tables of misreadings. All of it is optional: without it, the layer has the misreadings
// that follow from its tensors.
#pragma once

#include "checks/misreadings/blocks.hpp"
#include "checks/misreadings/walk.hpp"

namespace cnnspec::checks {

/// The rounding of each multiplication and each addition.
struct Steps {
  Real (*product)(Real) = [](Real v) { return v; };
  Real (*sum)(Real) = [](Real v) { return v; };
};

/// An order in which a plain loop may add the terms of a sum: over the channels, and within each over the window, or
/// the other way round; with the bias before all terms, or after them.
enum class Terms { by_channel, by_tap };
enum class Bias { first, last };
struct Order {
  Terms terms = Terms::by_channel;
  Bias bias = Bias::last;
};

struct Misreadings {
  /// The layer's own misreadings.
  std::vector<Misreading> (*table)() = nullptr;
  /// Sequences that its tensors do not show: see used_sequences in blocks.cpp.
  std::vector<Sequence> (*sequences)() = nullptr;
  /// The layer's own mistakes of kernels that work in blocks.
  std::vector<Misreading> (*in_blocks)() = nullptr;
  /// The output of a kernel that visits its windows in this way. Null: not supported.
  std::vector<Real> (*walked)(const Call&, const Walk&) = nullptr;
  /// The output of a product whose steps round. Null order: the specification's order; other orders are requested only
  /// for y and dx. Null function: not supported.
  std::vector<Real> (*stepped)(const Call&, const Steps&, const Order*) = nullptr;
};

const Misreadings& misreadings_of(const Layer& layer);

}  // namespace cnnspec::checks

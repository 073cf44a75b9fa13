// What the tables of misreadings know of a layer. All of it may be left out: then the layer has those misreadings that
// are plain from its tensors.
#pragma once

#include "checks/misreadings/blocks.hpp"
#include "checks/misreadings/walk.hpp"

namespace cnnspec::checks {

/// How the multiplications and additions round, one after the other.
struct Steps {
  Real (*product)(Real) = [](Real v) { return v; };
  Real (*sum)(Real) = [](Real v) { return v; };
};

/// An order in which a plain loop may add up a sum: over the channels, and for each over the window, or the other way
/// round; the bias before all terms, or after them.
enum class Terms { by_channel, by_tap };
enum class Bias { first, last };
struct Order {
  Terms terms = Terms::by_channel;
  Bias bias = Bias::last;
};

struct Misreadings {
  /// Its own ways to be misread.
  std::vector<Misreading> (*table)() = nullptr;
  /// What there is many of, but for what its tensors show: see used_sequences in blocks.cpp.
  std::vector<Sequence> (*sequences)() = nullptr;
  /// Its own ways to go wrong where it is computed in blocks.
  std::vector<Misreading> (*in_blocks)() = nullptr;
  /// The output of a kernel that goes over its windows so. Null: nothing is known of it.
  std::vector<Real> (*walked)(const Call&, const Walk&) = nullptr;
  /// The output of a product whose steps round. Null order: that of the specification; another is asked for y and dx
  /// alone. Null: nothing is known of it.
  std::vector<Real> (*stepped)(const Call&, const Steps&, const Order*) = nullptr;
};

const Misreadings& misreadings_of(const Layer& layer);

}  // namespace cnnspec::checks

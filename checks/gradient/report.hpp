// The result of a gradient check: a row for each tensor, and the first wrong entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

enum class Mode {
  full,        // every entry of the Jacobian
  directional  // one random direction in each tensor, against one random cotangent
};

/// A derivative for which the finite difference and backward disagree.
struct Mismatch {
  std::string tensor;                // "conv1.kernel"; "x" is the input
  std::vector<Idx> index;            // of the entry; empty for a direction
  Idx output = -1;                   // flat index of the output element; -1: the output contracted with a cotangent
  std::string backward, difference;  // the two values, in full
};

struct TensorReport {
  std::string name;
  std::vector<Idx> extents;
  Idx entries = 0;              // derivatives compared: (entry, output) pairs in full mode, directions otherwise
  Idx wrong = 0;                // of those
  Idx resampled = 0;            // points given up, because a branch changed within the step or because of a kink
  bool exact = false;           // compared with ==; otherwise by `bound`
  bool certified = true;        // a point without a branch change was found for every entry
  double largest = 0;           // |entry| of backward
  double worst = 0, bound = 0;  // largest |difference - backward|, and the largest that rounding explains
  double seconds = 0;
  std::optional<Mismatch> first = {};

  /// Adds a comparison: |entry| of backward, the distance of the difference from it, and the allowed distance.
  void add(double size, double distance, double allowed);
  /// Adds the results of the part of the tensor that follows this one.
  void add(const TensorReport& part);
  /// Rounding alone explains more than the largest derivative: a backward that returns zeros would pass.
  bool vacuous() const { return !exact && !(bound < largest); }
};

struct GradientReport {
  std::string target, scalar;
  Mode mode = Mode::full;
  std::uint64_t seed = 0;
  std::vector<TensorReport> tensors;

  /// Every derivative was compared and none is wrong.
  bool passed() const;
  /// The check passed, but for some tensor it could not have failed.
  bool vacuous() const;
  /// "pass", "fail" or "vacuous"
  const char* verdict() const { return !passed() ? "fail" : vacuous() ? "vacuous" : "pass"; }
  Idx entries() const;
  /// The first mismatch in words: the tensor, the entry, both values. Empty if there is none.
  std::string failure() const;
};

}  // namespace cnnspec::checks

// What a gradient check found: a row for each tensor, and the first entry that is wrong.
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

/// A derivative on which the finite difference and backward disagree.
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
  Idx resampled = 0;            // points given up because a branch changed inside the step, or for a kink
  bool exact = false;           // compared with ==; otherwise by `bound`
  bool certified = true;        // a point without a branch change was found for every entry
  double largest = 0;           // |entry| of backward
  double worst = 0, bound = 0;  // largest |difference - backward|, and the largest one that rounding explains
  double seconds = 0;
  std::optional<Mismatch> first = {};

  /// One more comparison: |entry| of backward, how far the difference is from it, and how far it may be.
  void add(double size, double distance, double allowed);
  /// What another part of the tensor, behind this one, was found to be.
  void add(const TensorReport& part);
  /// Rounding alone explains more than the largest derivative: backward could return zeros and not be found out.
  bool vacuous() const { return !exact && !(bound < largest); }
};

struct GradientReport {
  std::string target, scalar;
  Mode mode = Mode::full;
  std::uint64_t seed = 0;
  std::vector<TensorReport> tensors;

  /// Every derivative was compared and none is wrong.
  bool passed() const;
  /// It passed, but some tensor could not have failed.
  bool vacuous() const;
  /// "pass", "fail" or "vacuous"
  const char* verdict() const { return !passed() ? "fail" : vacuous() ? "vacuous" : "pass"; }
  Idx entries() const;
  /// The first mismatch in words: which tensor, which entry, both values. Empty if there is none.
  std::string failure() const;
};

}  // namespace cnnspec::checks

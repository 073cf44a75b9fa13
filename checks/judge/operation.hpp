// Operation: one of the twelve on one problem, seen as tensors: what goes in, what comes out, and how large the sums
// are.
#pragma once

#include <vector>

#include "checks/judge/case.hpp"

namespace cnnspec::checks {

/// A tensor over the whole batch, dense and row-major.
struct TensorInfo {
  const char* name = "";
  std::vector<Idx> extents;  // outermost first, the batch in front where the tensor has one
  Idx count() const;
  /// Where element n is.
  std::vector<Idx> index(Idx n) const;
};

struct Operation {
  Op op{};
  Problem problem;
  std::vector<TensorInfo> inputs;  // in the order of cnnspec/kernel.h, an optional bias last
  TensorInfo output;

  bool takes_bias() const { return op == Op::conv2d_forward || op == Op::linear_forward; }
  /// The terms of an output are products of an element of inputs[0] and one of inputs[1].
  bool multiplies() const;
  /// No output element is a sum of more terms than this, the bias among them.
  Idx most_terms() const;
  /// All elements of all tensors; a double, because it may be more than can be counted.
  double elements() const;
  /// Whether one call is enough for one set of data, and one set for a default case.
  bool is_large() const { return elements() > 0x1p16; }
};

/// Throws ShapeError if the problem violates a clause, and UsageError if it is not of the operation's family.
Operation operation_of(Op op, const Problem& problem);

}  // namespace cnnspec::checks

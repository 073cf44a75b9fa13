// Operation: one pass of a layer on one problem, seen as tensors: what goes in, what comes out, and how large the sums
// are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// A tensor over the whole batch, dense and row-major.
struct TensorInfo {
  const char* name = "";
  std::vector<Idx> extents;  // outermost first, the batch in front where the tensor has one
  Role role = Role::x;
  bool is_compared = false, is_optional = false;
  Element element = Element::storage;
  Idx below = 0;  // of whole numbers: they are from 0 to one less than this

  bool is_stored() const { return element == Element::storage; }
  Idx count() const;
  std::size_t bytes(DType dtype) const;
  /// Where element n is.
  std::vector<Idx> index(Idx n) const;
};

struct Operation {
  Op op{};
  Problem problem;
  std::vector<TensorInfo> inputs;   // in the order of cnnspec/kernel.h, optional ones last
  std::vector<TensorInfo> outputs;  // their elements are counted one after the other

  const Pass& pass() const { return pass_of(op); }
  /// The terms of an output are products of an element of inputs[0] and one of inputs[1].
  bool multiplies() const { return pass().arithmetics == Arithmetics::products; }
  /// Its last input is a bias, which may be absent.
  bool takes_bias() const { return inputs.back().role == Role::b && inputs.back().is_optional; }
  /// Only the room's Formulations say of what its outputs are multiples, and what shows in them.
  bool has_formulations() const { return pass().formulations != nullptr; }
  bool selects() const { return pass().arithmetics == Arithmetics::selects; }
  /// It adds up elements of its last input: all of them, none is selected by another's.
  bool adds_up_all() const { return pass().arithmetics == Arithmetics::sums && !inputs.front().is_compared; }
  /// No output element is a sum of more terms than this, the bias among them.
  Idx most_terms() const { return pass().most_terms(problem); }
  /// All elements of all outputs.
  Idx output_count() const;
  std::size_t output_bytes(DType dtype) const;
  /// The output in which element n of all is, and its number there.
  struct Place {
    const TensorInfo& tensor;
    Idx n;
  };
  Place output_at(Idx n) const;
  /// All elements of all tensors; a double, because it may be more than can be counted.
  double elements() const;
  /// Whether one call is enough for one set of data, and one set for a default case.
  bool is_large() const { return elements() > 0x1p16; }
};

/// The bytes of a tensor's elements: numbers of the storage type, or whole numbers.
std::vector<std::byte> encode(const TensorInfo& tensor, DType dtype, const std::vector<double>& values);
std::vector<double> decode(const TensorInfo& tensor, DType dtype, std::span<const std::byte> bytes);
/// Of all outputs, one after the other.
std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes);

/// Throws ShapeError if the problem violates a clause, and UsageError if it is not of the operation's layer.
Operation operation_of(Op op, const Problem& problem);

}  // namespace cnnspec::checks

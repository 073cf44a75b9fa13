// Operation: one pass of a layer on one problem, seen as tensors: its inputs, its outputs, and the length of its sums.
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
  Idx below = 0;  // for whole numbers: they are in [0, below)

  bool is_stored() const { return element == Element::storage; }
  Idx count() const;
  std::size_t bytes(DType dtype) const;
  /// The index of element n.
  std::vector<Idx> index(Idx n) const;
};

struct Operation {
  Op op{};
  Problem problem;
  std::vector<TensorInfo> inputs;   // in the order of cnnspec/kernel.h, optional ones last
  std::vector<TensorInfo> outputs;  // their elements are numbered consecutively

  const Pass& pass() const { return pass_of(op); }
  /// Each term of an output is the product of an element of inputs[0] and one of inputs[1].
  bool multiplies() const { return pass().arithmetics == Arithmetics::products; }
  /// The last input is a bias, which may be absent.
  bool takes_bias() const { return inputs.back().role == Role::b && inputs.back().is_optional; }
  /// Only the room's Formulations know the grid of the outputs, and which terms show in them.
  bool has_formulations() const { return pass().formulations != nullptr; }
  bool selects() const { return pass().arithmetics == Arithmetics::selects; }
  /// The operation adds all elements of its last input; no other input selects among them.
  bool adds_up_all() const { return pass().arithmetics == Arithmetics::sums && !inputs.front().is_compared; }
  /// The largest number of terms of an output element, the bias included.
  Idx most_terms() const { return pass().most_terms(problem); }
  /// The number of elements of all outputs together.
  Idx output_count() const;
  std::size_t output_bytes(DType dtype) const;
  /// The output that contains element n of all outputs, and the element's number in it.
  struct Place {
    const TensorInfo& tensor;
    Idx n;
  };
  Place output_at(Idx n) const;
  /// The number of elements of all tensors; a double, because it may exceed an integer.
  double elements() const;
  /// A large problem gets one call for each set of data, and one set in a default case.
  bool is_large() const { return elements() > 0x1p16; }
};

/// The bytes of a tensor's elements: numbers of the storage type, or whole numbers.
std::vector<std::byte> encode(const TensorInfo& tensor, DType dtype, const std::vector<double>& values);
std::vector<double> decode(const TensorInfo& tensor, DType dtype, std::span<const std::byte> bytes);
/// The elements of all outputs, one output after the other.
std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes);
/// The elements with these numbers, of an operation with one output. Empty: all elements.
std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes,
                                   const std::vector<Idx>& places);

/// Throws ShapeError if the problem violates a clause, and UsageError if it belongs to another layer.
Operation operation_of(Op op, const Problem& problem);

}  // namespace cnnspec::checks

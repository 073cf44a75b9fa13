// The building blocks of misreadings. Each function below returns the computation of a Misreading.
//
// A tensor is named by its role: x, w, b or y; the gradient of a tensor has the tensor's role. A mistake in a tensor is
// defined once and applies to forward and backward: it changes the input with the role, or it changes the output in the
// inverse way. An index starts with the batch, if the tensor has one.
#pragma once

#include <utility>

#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

// Tests on operations. A layer's own table names its operations; the shared tables test properties.
template <Op... ops>
bool is(Op op) {
  return ((op == ops) || ...);
}
template <bool (*... hold)(Op)>
bool all_of(Op op) {
  return (hold(op) && ...);
}
template <bool (*holds)(Op)>
bool is_not(Op op) {
  return !holds(op);
}
inline bool any(Op) { return true; }
/// It has an input, or an output, with this role.
bool reads(Op op, Role role);
bool writes(Op op, Role role);
/// It is the first operation of its layer.
bool is_forward(Op op);
bool is_product(Op op);
/// It adds products or elements.
bool adds(Op op);
bool takes_bias(Op op);
/// The bias has one element for each channel of the only output, which is a sum of products.
bool takes_bias_of_channels(Op op);
bool is_bias_gradient(Op op);
/// Its layer's problems have a batch.
bool has_batch(Op op);
/// It is the gradient of a parameter, to which all images contribute.
bool sums_over_batch(Op op);
/// Its layer multiplies by weights.
bool has_weights(Op op);
/// Its layer moves a window over images.
bool has_windows(Op op);
/// The operation itself moves that window: the gradient of a bias does not.
bool moves_window(Op op);
inline bool multiplies_windows(Op op) { return moves_window(op) && is_product(op); }

/// The specification's result, computed again, as the inputs may have changed.
std::vector<Real> right(const Call& call);
/// The same for a call that was not changed.
std::vector<Real> specified(const Call& call);

/// The elements of the input with this role; null if there is none.
std::vector<Real>* find_input(Call& call, Role role);
Role role_of(const TensorInfo& tensor);

/// Applies `change(Call&)`, then computes the specification.
template <class Change>
Compute with_inputs(Change change) {
  return [change](Call call) {
    change(call);
    return right(call);
  };
}
/// Computes the specification, then applies `change(elements of the output, const Call&)`.
template <class Change>
Compute with_output(Change change) {
  return [change](const Call& call) {
    std::vector<Real> output = specified(call);
    change(output, call);
    return output;
  };
}
/// Applies `map(const Real&)` to each element of the first two inputs, or of the output.
template <class Map>
Compute with_each_factor(Map map) {
  return with_inputs([map](Call& call) {
    for (std::size_t n = 0; n < 2; ++n)
      for (Real& v : call.inputs[n]) v = map(v);
  });
}

/// Rounds to this many significant bits; the other members of the number stay unchanged.
Real rounded(Real v, int digits);
Real truncated(Real v, int digits);
/// The nearest number of f16, within the range of f16.
Real as_f16(Real v);

// ---- Tensors read or written in another order ----

using Index = std::vector<Idx>;
/// Maps the index of an element to the index that is read in its place. One to one.
using Source = std::function<Index(Index, const TensorInfo&, const Operation&)>;
Compute moved(const std::vector<Role>& roles, const Source& source);
/// Treats the tensor as stored with its axes in this order, outermost first.
Compute stored_as(Role role, const std::vector<std::size_t>& axes);

// ---- Slices left out ----

using Region = std::function<bool(const Index&, const TensorInfo&, const Operation&)>;
Region last(std::size_t axis);
/// The remainder after whole blocks.
Region tail(std::size_t axis, Idx block);
Region either(const Region& a, const Region& b);

/// Leaves out the region of this tensor: an input is taken as zero there; an output is zero there, or the bias alone.
Compute without(Role role, const Region& region);
Compute zero_but_bias(const Region& y);
/// `change(output, n, call)`, called for each element n of the output in the region, whatever the output's role.
using ChangeElement = std::function<void(std::vector<Real>& output, std::size_t n, const Call&)>;
Compute changed_in(const Region& output, const ChangeElement& change);
/// Adds 0 times the earlier content in the region of the output, so that a NaN stays.
Compute zero_times_old_added(const Region& output);
/// The region of the output keeps its earlier content.
Compute unwritten(const Region& output);
/// The region of this tensor counts twice: an input is doubled there, and so is an output.
Compute doubled(Role role, const Region& region);

}  // namespace cnnspec::checks

// The parts that misreadings are made of. Each function below returns what a Misreading computes.
//
// A tensor is named by its role: x, w, b or y, and the gradient of a tensor has the tensor's role. What a mistake does
// to a tensor is said once and applies in forward and backward: it is done to the input that has the role, or undone on
// the output. An index counts the batch first, where the tensor has one.
#pragma once

#include <utility>

#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

// Which operations. A layer's own table names its operations; the tables that layers share ask what an operation is.
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
/// It has an input, or an output, of this role.
bool reads(Op op, Role role);
bool writes(Op op, Role role);
/// Its layer's first.
bool is_forward(Op op);
bool is_product(Op op);
/// It adds up, products or elements.
bool adds(Op op);
bool takes_bias(Op op);
bool is_bias_gradient(Op op);
/// Its layer's problems have a batch.
bool has_batch(Op op);
/// The gradient of a parameter, to which all images contribute.
bool sums_over_batch(Op op);
/// Its layer multiplies by weights.
bool has_weights(Op op);
/// A window of its layer moves over images.
bool has_windows(Op op);
/// It moves that window itself: the gradient of a bias does not.
bool moves_window(Op op);
inline bool multiplies_windows(Op op) { return moves_window(op) && is_product(op); }

/// What the specification returns, computed anew: the inputs may have been changed.
std::vector<Real> right(const Call& call);
/// The same of a call that was not changed.
std::vector<Real> specified(const Call& call);

/// The elements of the input that has this role; null if none has.
std::vector<Real>* find_input(Call& call, Role role);
Role role_of(const TensorInfo& tensor);

/// `change(Call&)`, and then as specified.
template <class Change>
Compute with_inputs(Change change) {
  return [change](Call call) {
    change(call);
    return right(call);
  };
}
/// As specified, and then `change(elements of the output, const Call&)`.
template <class Change>
Compute with_output(Change change) {
  return [change](const Call& call) {
    std::vector<Real> output = specified(call);
    change(output, call);
    return output;
  };
}
/// `map(const Real&)` on each element of the first two inputs, or of the output.
template <class Map>
Compute with_each_factor(Map map) {
  return with_inputs([map](Call& call) {
    for (std::size_t n = 0; n < 2; ++n)
      for (Real& v : call.inputs[n]) v = map(v);
  });
}

/// The numbers of significant bits rounded to; the rest of what is known about a number stays.
Real rounded(Real v, int digits);
Real truncated(Real v, int digits);
/// The nearest number of f16; the range is that of f16, too.
Real as_f16(Real v);

// ---- Tensors that are read, or written, in another order ----

using Index = std::vector<Idx>;
/// The index of the element that is read where the one at this index should be. One to one.
using Source = std::function<Index(Index, const TensorInfo&, const Operation&)>;
Compute moved(const std::vector<Role>& roles, const Source& source);
/// The tensor is taken for one with its axes in this order, outermost first, and as many elements.
Compute stored_as(Role role, const std::vector<std::size_t>& axes);

// ---- Slices that are left out ----

using Region = std::function<bool(const Index&, const TensorInfo&, const Operation&)>;
Region last(std::size_t axis);
/// What remains after whole blocks.
Region tail(std::size_t axis, Idx block);
Region either(const Region& a, const Region& b);

/// The region of this tensor is left out: as an input it is taken for zero, as an output it is zero, or the bias alone.
Compute without(Role role, const Region& region);
Compute zero_but_bias(const Region& y);
/// `change(output, n, call)` for each element n of the output, whatever its role, that is in the region.
using ChangeElement = std::function<void(std::vector<Real>& output, std::size_t n, const Call&)>;
Compute changed_in(const Region& output, const ChangeElement& change);
/// 0 times what was there is added in the region of the output, so that a NaN stays.
Compute zero_times_old_added(const Region& output);
/// The region of the output keeps what was there.
Compute unwritten(const Region& output);
/// The region of this tensor counts twice: as an input it is doubled, as an output it is.
Compute doubled(Role role, const Region& region);

}  // namespace cnnspec::checks

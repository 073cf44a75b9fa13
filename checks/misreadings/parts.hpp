// The parts that misreadings are made of. Each function below returns what a Misreading computes.
//
// A tensor is named by its role: x, w, b or y, and the gradient of a tensor has the tensor's role. What a mistake does
// to a tensor is said once and applies in forward and backward: it is done to the input that has the role, or undone on
// the output. An index counts the batch first, where the tensor has one.
#pragma once

#include <limits>
#include <utility>

#include "checks/layers/problems.hpp"
#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

// Which operations.
template <Op... ops>
bool is(Op op) {
  return ((op == ops) || ...);
}
inline bool any(Op) { return true; }
inline bool is_forward(Op op) {
  return is<Op::conv2d_forward, Op::max_pool2d_forward, Op::relu_forward, Op::linear_forward>(op);
}
inline bool is_conv2d_product(Op op) {
  return is<Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel>(op);
}
inline bool is_linear_product(Op op) {
  return is<Op::linear_forward, Op::linear_backward_input, Op::linear_backward_weight>(op);
}
inline bool is_product(Op op) { return is_conv2d_product(op) || is_linear_product(op); }
inline bool moves_window(Op op) { return is_conv2d_product(op) || layer_id(op) == LayerId::max_pool2d; }
inline bool takes_bias(Op op) { return is<Op::conv2d_forward, Op::linear_forward>(op); }
inline bool sums_over_batch(Op op) {
  return is<Op::conv2d_backward_kernel, Op::conv2d_backward_bias, Op::linear_backward_weight, Op::linear_backward_bias>(
      op);
}

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
/// The region of the output keeps what was there.
Compute unwritten(const Region& output);
/// The region of this tensor counts twice: as an input it is doubled, as an output it is.
Compute doubled(Role role, const Region& region);

// ---- Windows ----

/// How the multiplications and additions round, one after the other.
struct Steps {
  Real (*product)(Real) = [](Real v) { return v; };
  Real (*sum)(Real) = [](Real v) { return v; };
};
/// conv2d as another problem says, on tensors of the right sizes. What is outside x is skipped, whatever its size.
std::vector<Real> conv2d_taps(const Call& call, const cnnspec_conv2d& misread, const Steps& steps = {});
/// y or dx, element by element, its terms in order of their channels and then of their place in the window, or the
/// other way round; the bias before all terms, or after them.
enum class Terms { by_channel, by_tap };
enum class Bias { first, last };
std::vector<Real> conv2d_sums(const Call& call, const Steps& steps, Terms terms, Bias bias);
/// Whether a kernel takes a cell for one of the image. Cells beyond the ends of a row are those of the rows next to it,
/// and beyond the first and last row those of the planes next to it, as far as there is memory.
using Inside = std::function<bool(Idx row, Idx column, const Line& height, const Line& width)>;
std::vector<Real> conv2d_inside(const Call& call, const Inside& inside);
/// A conv2d that does the same as the linear layer.
Call as_conv2d(const Call& linear);

/// The spec's rule: the last NaN, or else the first of the greatest.
Idx greatest(const std::vector<Real>& cells, const Call&);
enum class Ties { to_winner, to_all, shared };

/// A pooling that may differ from the specification's in any of these.
struct Pooling {
  std::function<void(cnnspec_pool2d&)> misread = [](cnnspec_pool2d&) {};
  /// Whether the kernel looks at tap (p, q) of a window, where it is at (row, column) of the image.
  std::function<bool(Idx p, Idx q, Idx row, Idx column, const cnnspec_pool2d&)> sees = [](auto&&...) { return true; };
  bool zeros_outside = false;  // padding is a cell that holds 0
  /// The row, or column, of a tap in a window that starts at `start`; in the image only where it is there.
  std::function<Idx(Idx start, Idx tap, const Line&)> at = [](Idx start, Idx tap, const Line& line) {
    return start + tap * line.axis.dilation;
  };
  Inside inside{};  // empty: what is in the image, and nothing else
  bool column_by_column = false;
  /// The number of the winner among the cells of a window; -1: none, then there is no gradient.
  std::function<Idx(const std::vector<Real>& cells, const Call&)> winner = greatest;
  std::function<Real(const Call&)> y_of_none = [](const Call&) {
    return Real(-std::numeric_limits<long double>::infinity());
  };
  /// The place, row*W + column, where the gradient of a winner lands.
  std::function<Idx(Idx place, const cnnspec_pool2d&)> lands = [](Idx place, const cnnspec_pool2d&) { return place; };
  Ties ties = Ties::to_winner;
  void (*collect)(Real& dx, const Real& dy) = [](Real& dx, const Real& dy) { dx += dy; };
};
std::vector<Real> pool(const Call& call, const Pooling& pooling);
Compute pooled(const Pooling& pooling);

/// conv2d or max_pool2d on a problem that `change` has altered: strides, dilations, paddings, or extents whose product
/// stays the same.
template <class Change>
Compute misread(Change change) {
  return [change](const Call& call) {
    const Problem& problem = call.operation.problem;
    if (layer_id(problem) == LayerId::max_pool2d) return pool(call, Pooling{.misread = change});
    cnnspec_conv2d p = problem.as<cnnspec_conv2d>();
    change(p);
    return conv2d_taps(call, p);
  };
}

}  // namespace cnnspec::checks

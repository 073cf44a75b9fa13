// The proof for one configuration of conv2d or linear: what is run on variables equals what it must be, as polynomials.
//
//   forward       y(x,w) and y(x,w,b) have the extents of the twin's (checks/twins) and are, element by element, equal.
//                 The twin finds its extents without the size formula, which is so judged, too.
//   backward      <dy, y(x,w,b)> = <x, dx(w,dy)> + <b, db(dy)> = <w, dw(x,dy)> + <b, db(dy)>
//
// The second line says that dx, dw and db are what they must be, for all inputs. backward_input is not given x, so the
// middle is a polynomial of degree 1 in x and b together, without a constant term; so the left is, and its coefficient
// of x[i] is dx[i]. That is the derivative of <dy, y> by x[i]: dx = (dy/dx)^T dy. The same holds for db, and for dw.
// Nothing is taken for granted, least of all that y is linear: it is a polynomial, because its code compiled for a
// scalar that can only be added and multiplied (scalars/formal_polynomial.hpp), and the identity says the rest.
//
// What order the terms are added in does not show here, nor what is added that is zero times anything finite.
#pragma once

#include <optional>

#include "checks/census/difference.hpp"
#include "checks/census/variables.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/layers/problems.hpp"
#include "checks/laws/functions.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/layers/conv2d/twin.hpp"
#include "checks/layers/linear/twin.hpp"

namespace cnnspec::checks {

template <class T, class Tensor>
std::optional<Difference> first_difference(const char* name, const Tensor& actual, const Tensor& expected,
                                           const Variables<T>& variables) {
  if (auto d = difference_of_extents(name, actual.shape(), expected.shape())) return d;
  for (Idx n = 0; n < expected.size(); ++n)
    if (!variables.equal(actual[n], expected[n]))
      return Difference{name, index_of(n, expected.shape().extents()), variables.text(actual[n]),
                        variables.text(expected[n]), ""};
  return {};
}

/// All that a layer y(x,w,b) with parameters computes on variables x, w, b and dy; or what must be equal to it.
template <class X, class W, class B>
struct BilinearResults {
  X y, y_with_bias;
  X dx;
  W dw;
  B db;
};

/// The first equation above that does not hold. `twin_backward(expected)` computes dx, dw and db: to name the element
/// that is wrong, and only when one is.
template <class T, class X, class W, class B, class TwinBackward>
std::optional<Difference> first_difference(const X& x, const W& w, const B& b, const X& dy,
                                           const BilinearResults<X, W, B>& actual, BilinearResults<X, W, B>& expected,
                                           TwinBackward twin_backward, const Variables<T>& variables) {
  if (auto d = first_difference("y", actual.y, expected.y, variables)) return d;
  if (auto d = first_difference("y with a bias", actual.y_with_bias, expected.y_with_bias, variables)) return d;
  const T left = dot(dy, actual.y_with_bias), from_bias = dot(b, actual.db);
  const T by_x = dot(x, actual.dx) + from_bias, by_w = dot(w, actual.dw) + from_bias;
  if (variables.equal(left, by_x) && variables.equal(left, by_w)) return {};
  twin_backward(expected);
  if (auto d = first_difference("dx", actual.dx, expected.dx, variables)) return d;
  if (auto d = first_difference("dw", actual.dw, expected.dw, variables)) return d;
  if (auto d = first_difference("db", actual.db, expected.db, variables)) return d;
  const bool is_x = !variables.equal(left, by_x);
  return Difference{is_x ? "<x, dx> + <b, db>" : "<w, dw> + <b, db>",
                    {},
                    variables.text(is_x ? by_x : by_w),
                    variables.text(left),
                    ""};
}

/// A valid problem of one image. `seed` is that of the point; formulas need none. Throws C6 if a gradient that `f`
/// returns has not the extents of what it is the gradient of.
template <class T>
std::optional<Difference> find_difference(const Conv2dFunctions<T>& f, const cnnspec_conv2d& p, std::uint64_t seed) {
  Variables<T> variables(seed);
  const auto x = variables.tensor("x", x_shape(p));
  const auto w = variables.tensor("w", w_shape(p));
  const auto b = variables.tensor("b", dyn_shape(p.out_channels));
  BilinearResults<Image<T>, Kernel<T>, Vector<T>> expected{twins::conv2d_forward(p, x, w),
                                                           twins::conv2d_forward(p, x, w, b), x, w, b};
  if (auto d = difference_of_extents(y_by_formula, y_shape(p), expected.y.shape())) return d;
  const auto dy = variables.tensor("dy", expected.y.shape());
  const Conv2dConfig g = config_of(p);
  const BilinearResults<Image<T>, Kernel<T>, Vector<T>> actual{
      f.forward(x, w, g), f.forward_with_bias(x, w, b, g),
      of_shape("conv2d", "dx", x.shape(), f.backward_input(x.shape(), w, dy, g)),
      of_shape("conv2d", "dw", w.shape(), f.backward_kernel(x, w.shape(), dy, g)),
      of_shape("conv2d", "db", b.shape(), f.backward_bias(dy))};
  const auto twin_backward = [&](auto& e) {
    e.dx = twins::conv2d_backward_input(p, w, dy);
    e.dw = twins::conv2d_backward_kernel(p, x, dy);
    e.db = twins::conv2d_backward_bias(p, dy);
  };
  return first_difference(x, w, b, dy, actual, expected, twin_backward, variables);
}

template <class T>
std::optional<Difference> find_difference(const LinearFunctions<T>& f, const cnnspec_linear& p, std::uint64_t seed) {
  Variables<T> variables(seed);
  const auto x = variables.tensor("x", x_shape(p));
  const auto w = variables.tensor("w", w_shape(p));
  const auto b = variables.tensor("b", dyn_shape(p.out_features));
  BilinearResults<Vector<T>, Matrix<T>, Vector<T>> expected{twins::linear_forward(x, w), twins::linear_forward(x, w, b),
                                                            x, w, b};
  if (auto d = difference_of_extents(y_by_formula, y_shape(p), expected.y.shape())) return d;
  const auto dy = variables.tensor("dy", expected.y.shape());
  const BilinearResults<Vector<T>, Matrix<T>, Vector<T>> actual{
      f.forward(x, w), f.forward_with_bias(x, w, b), of_shape("linear", "dx", x.shape(), f.backward_input(w, dy)),
      of_shape("linear", "dw", w.shape(), f.backward_weight(x, dy)),
      of_shape("linear", "db", b.shape(), f.backward_bias(dy))};
  const auto twin_backward = [&](auto& e) {
    e.dx = twins::linear_backward_input(w, dy);
    e.dw = twins::linear_backward_weight(x, dy);
    e.db = twins::linear_backward_bias(dy);
  };
  return first_difference(x, w, b, dy, actual, expected, twin_backward, variables);
}

}  // namespace cnnspec::checks

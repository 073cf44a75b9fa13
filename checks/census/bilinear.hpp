// The proof for one configuration of a layer y(x,w,b) that is linear in x and in w: its results on variables equal the
// expected results, as polynomials.
//
//   forward       y(x,w) and y(x,w,b) have the extents of the twin's (checks/twins) and are, element by element, equal.
//                 The twin does not use the size formula, so this also judges the formula.
//   backward      <dy, y(x,w,b)> = <x, dx(w,dy)> + <b, db(dy)> = <w, dw(x,dy)> + <b, db(dy)>
//
// The second line says that dx, dw and db are right, for all inputs. backward_input does not get x. So the middle is a
// polynomial of degree 1 in x and b together, without a constant term. Then the left side is such a polynomial too, and
// its coefficient of x[i] is dx[i]. This coefficient is the derivative of <dy, y> by x[i]: dx = (dy/dx)^T dy. The same
// holds for db, and for dw. Nothing is assumed, not even that y is linear: y is a polynomial because its code compiled
// for a scalar that can only be added and multiplied (scalars/formal_polynomial.hpp), and the identity proves the rest.
//
// Two things do not show here: the order in which terms are added, and added terms that are zero times a finite number.
#pragma once

#include <optional>

#include "checks/census/census.hpp"
#include "checks/census/difference.hpp"
#include "checks/census/variables.hpp"
#include "checks/laws/functions.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/vocabulary/extents.hpp"

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

/// All results of a layer y(x,w,b) with parameters on the variables x, w, b and dy; or the expected results.
template <class X, class W, class B>
struct BilinearResults {
  X y, y_with_bias;
  X dx;
  W dw;
  B db;
};

/// The first equation above that does not hold. `twin_backward(expected)` computes dx, dw and db. It is called only if
/// an equation fails, to name the wrong element.
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

/// Proves one configuration: `find(functions, seed)` finds the first difference, on formulas with any seed, or at the
/// random point of that seed.
template <class Formulas, class AtRandom, class Find>
std::optional<Difference> prove_polynomials(const Formulas& formulas, const AtRandom& at_random, const CensusPlan& plan,
                                            const Problem& problem, CensusTally& tally, Find find) {
  if (is_proved_by_basis(plan.proof, taps(problem))) {
    ++tally.basis;
    return find(formulas, std::uint64_t{0});
  }
  ++tally.random;
  tally.doubt += most_degree;
  return find(at_random, seed_of(plan.seed, problem));
}

}  // namespace cnnspec::checks

// The laws of relu: the definition of its name, N6, the independent twin, and the laws of every backward.
#pragma once

#include <cmath>
#include <limits>

#include "checks/laws/law.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/layers/relu/functions.hpp"
#include "checks/layers/relu/problem.hpp"
#include "checks/layers/relu/twin.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using ReluLaw = Law<ReluFunctions<T>, cnnspec_elementwise>;

/// For every scalar that computes exactly with small whole numbers; laws about NaN and signed zeros if T has them.
template <class T>
std::vector<ReluLaw<T>> relu_laws();

extern template std::vector<ReluLaw<Int128>> relu_laws();
extern template std::vector<ReluLaw<double>> relu_laws();

template <class T>
Vector<T> negated(const Vector<T>& x) {
  return mapped(x, [](const T& v) { return T(0) - v; });
}

template <class T>
Outcome relu_is_idempotent(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data);
  return Outcome().equal("relu(relu(x))", f.forward(x), f.forward(f.forward(x)));
}

template <class T>
Outcome relu_splits_x(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data);
  return Outcome().equal("relu(x) - relu(-x)", x, combination(1, f.forward(x), -1, f.forward(negated(x))));
}

template <class T>
Outcome relu_is_never_negative(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto y = f.forward(draw<T>(x_shape(p), data));
  Outcome outcome;
  for (Idx n = 0; n < y.size(); ++n) outcome.require(T(0) <= y[n], "y", {n}, "at least 0", y[n]);
  return outcome;
}

template <class T>
Outcome relu_scales(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data), dy = draw<T>(x_shape(p), data);
  const auto five_x = mapped(x, [](const T& v) { return T(5) * v; });
  return Outcome()
      .equal("y", mapped(f.forward(x), [](const T& v) { return T(5) * v; }), f.forward(five_x))
      .equal("dx", f.backward(x, dy), f.backward(five_x, dy));
}

/// Away from the kink: <v, dx> = <dy, relu(x+v) - relu(x)>, if no cell of x is closer to zero than the size of v.
template <class T>
Outcome relu_dx_is_the_adjoint(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = tensor_of<T>(x_shape(p), [&](Idx) {
    const T size = draw_scalar<T>(data, 10, 19);
    return data.chance(50) ? size : T(0) - size;
  });
  const auto v = draw<T>(x_shape(p), data), dy = draw<T>(x_shape(p), data);
  const auto change = combination(1, f.forward(combination(1, x, 1, v)), -1, f.forward(x));
  return Outcome().equal_number("<v, dx> = <dy, relu(x+v) - relu(x)>", dot(dy, change), dot(v, f.backward(x, dy)));
}

template <class T>
Outcome relu_agrees_with_the_twin(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data), dy = draw<T>(x_shape(p), data);
  return Outcome()
      .equal("y", twins::relu_forward(x), f.forward(x))
      .equal("dx", twins::relu_backward(x, dy), f.backward(x, dy));
}

template <class T>
Outcome N6_at_zero_the_derivative_is_zero(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto zero = zeros<T>(x_shape(p)), dy = draw<T>(x_shape(p), data, 1, 9);
  return Outcome().equal("y", zero, f.forward(zero)).equal("dx", zero, f.backward(zero, dy));
}

template <class T>
Outcome N6_minus_zero_becomes_plus_zero(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = tensor_of<T>(x_shape(p), [](Idx) { return -T(0); });
  const auto y = f.forward(x), dx = f.backward(x, draw<T>(x_shape(p), data, 1, 9));
  Outcome outcome;
  for (Idx n = 0; n < x.size(); ++n) {
    outcome.require(y[n] == T(0) && !std::signbit(y[n]), "y", {n}, "+0", y[n]);
    outcome.require(dx[n] == T(0) && !std::signbit(dx[n]), "dx", {n}, "+0", dx[n]);
  }
  return outcome;
}

template <class T>
Outcome N6_nan_passes_both_ways(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = tensor_of<T>(x_shape(p), [](Idx) { return std::numeric_limits<T>::quiet_NaN(); });
  const auto dy = draw<T>(x_shape(p), data, 1, 9), y = f.forward(x);
  Outcome outcome;
  for (Idx n = 0; n < y.size(); ++n) outcome.require(std::isnan(y[n]), "y", {n}, "nan", y[n]);
  return outcome.equal("dx", dy, f.backward(x, dy));
}

template <class T>
Outcome zero_cotangent_gives_zero(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto zero = zeros<T>(x_shape(p));
  return Outcome().equal("dx", zero, f.backward(draw<T>(x_shape(p), data), zero));
}

template <class T>
Outcome backward_is_linear(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data, -2, 2), dy = draw<T>(x_shape(p), data), dv = draw<T>(x_shape(p), data);
  return Outcome().equal("dx", combination(2, f.backward(x, dy), -3, f.backward(x, dv)),
                         f.backward(x, combination(2, dy, -3, dv)));
}

template <class T>
Outcome two_runs_are_identical(const ReluFunctions<T>& f, const cnnspec_elementwise& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data), dy = draw<T>(x_shape(p), data);
  return Outcome().equal("y", f.forward(x), f.forward(x)).equal("dx", f.backward(x, dy), f.backward(x, dy));
}

template <class T>
std::vector<ReluLaw<T>> relu_laws() {
  std::vector<ReluLaw<T>> laws{
      {"idempotent", "a second relu changes nothing", relu_is_idempotent<T>},
      {"split", "relu of x minus relu of -x = x", relu_splits_x<T>},
      {"sign", "relu is never negative", relu_is_never_negative<T>},
      {"scale", "relu of 5x = 5 times relu of x, with the same derivative", relu_scales<T>},
      {"adjoint", "dx is the adjoint of relu away from the kink", relu_dx_is_the_adjoint<T>},
      {"twin", "agrees with the independent twin", relu_agrees_with_the_twin<T>},
      {"N6", "the derivative at 0 = 0", N6_at_zero_the_derivative_is_zero<T>},
      {"zero-dy", "a zero cotangent gives an exactly zero gradient", zero_cotangent_gives_zero<T>},
      {"linear-dy", "backward is linear in dy", backward_is_linear<T>},
      {"repeat", "two runs are identical", two_runs_are_identical<T>},
  };
  if constexpr (std::numeric_limits<T>::has_quiet_NaN) {
    laws.push_back({"N6", "minus zero becomes plus zero", N6_minus_zero_becomes_plus_zero<T>});
    laws.push_back({"N6", "NaN passes through in both directions", N6_nan_passes_both_ways<T>});
  }
  return laws;
}

}  // namespace cnnspec::checks

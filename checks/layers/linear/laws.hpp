// The laws of linear: it is linear in each operand; adjoint pairs; N1; the independent twin; and the laws of every
// backward.
#pragma once

#include "checks/laws/law.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/laws/term.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/linear/problem.hpp"
#include "checks/layers/linear/twin.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using LinearLaw = Law<LinearFunctions<T>, cnnspec_linear>;

/// For every scalar that computes exactly with small whole numbers.
template <class T>
std::vector<LinearLaw<T>> linear_laws();
/// N1, which needs its own scalar.
std::vector<LinearLaw<Term>> linear_order_laws();

extern template std::vector<LinearLaw<Int128>> linear_laws();
extern template std::vector<LinearLaw<double>> linear_laws();

template <class T>
struct LinearCase {
  Vector<T> x;
  Matrix<T> w;
  Vector<T> b, dy;
};
template <class T>
LinearCase<T> draw_case(const cnnspec_linear& p, Choices& data) {
  auto x = draw<T>(x_shape(p), data);
  auto w = draw<T>(w_shape(p), data);
  auto b = draw<T>(y_shape(p), data), dy = draw<T>(y_shape(p), data);
  return {std::move(x), std::move(w), std::move(b), std::move(dy)};
}

template <class T>
Outcome linear_is_linear_in_x(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  const auto v = draw<T>(x.shape(), data);
  return Outcome().equal("y", combination(2, f.forward(x, w), -3, f.forward(v, w)),
                         f.forward(combination(2, x, -3, v), w));
}

template <class T>
Outcome linear_is_linear_in_w(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  const auto v = draw<T>(w.shape(), data);
  return Outcome().equal("y", combination(2, f.forward(x, w), -3, f.forward(x, v)),
                         f.forward(x, combination(2, w, -3, v)));
}

template <class T>
Outcome linear_adds_the_bias_once(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  return Outcome().equal("y", combination(1, f.forward(x, w), 1, b), f.forward_with_bias(x, w, b));
}

template <class T>
Outcome linear_dx_is_the_adjoint(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [v, w, b, dy] = draw_case<T>(p, data);
  return Outcome().equal_number("<v, dx> = <dy, w v>", dot(dy, f.forward(v, w)), dot(v, f.backward_input(w, dy)));
}

template <class T>
Outcome linear_dw_is_the_adjoint(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, v, b, dy] = draw_case<T>(p, data);
  return Outcome().equal_number("<v, dw> = <dy, v x>", dot(dy, f.forward(x, v)), dot(v, f.backward_weight(x, dy)));
}

template <class T>
Outcome linear_db_is_the_adjoint(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, v, dy] = draw_case<T>(p, data);
  const auto added = combination(1, f.forward_with_bias(x, w, v), -1, f.forward(x, w));
  return Outcome().equal_number("<v, db> = <dy, what the bias v adds>", dot(dy, added), dot(v, f.backward_bias(dy)));
}

/// Each single weight carries its input to its output, as in the identity.
template <class T>
Outcome linear_delta_weight_selects(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data);
  Matrix<T> w(w_shape(p));
  Vector<T> y(y_shape(p));
  for (Idx o = 0; o < p.out_features; ++o) {
    const Idx i = data.pick(0, p.in_features - 1);
    w(o, i) = T(1), y(o) = x(i);
  }
  return Outcome().equal("y", y, f.forward(x, w));
}

template <class T>
Outcome linear_agrees_with_the_twin(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  return Outcome()
      .equal("y", twins::linear_forward(x, w), f.forward(x, w))
      .equal("y with bias", twins::linear_forward(x, w, b), f.forward_with_bias(x, w, b))
      .equal("dx", twins::linear_backward_input(w, dy), f.backward_input(w, dy))
      .equal("dw", twins::linear_backward_weight(x, dy), f.backward_weight(x, dy))
      .equal("db", twins::linear_backward_bias(dy), f.backward_bias(dy));
}

inline Outcome N1_terms_are_added_in_order(const LinearFunctions<Term>& f, const cnnspec_linear& p, Choices& data) {
  const auto x = draw_named(x_shape(p), "x", data), b = draw_named(y_shape(p), "b", data);
  const auto dy = draw_named(y_shape(p), "dy", data);
  const auto w = draw_named(w_shape(p), "w", data);
  Vector<Term> y(dy.shape()), dx(x.shape());
  Matrix<Term> dw(w.shape());
  for (Idx n = 0; n < w.size(); ++n) {
    const Idx o = n / p.in_features, i = n % p.in_features;
    y[o] += w[n] * x[i], dx[i] += w[n] * dy[o], dw[n] += dy[o] * x[i];
  }
  Vector<Term> y_with_bias = y;
  for (Idx o = 0; o < y.size(); ++o) y_with_bias[o] += b[o];
  return Outcome()
      .equal("y", y, f.forward(x, w))
      .equal("y with bias", y_with_bias, f.forward_with_bias(x, w, b))
      .equal("dx", dx, f.backward_input(w, dy))
      .equal("dw", dw, f.backward_weight(x, dy))
      .equal("db", dy, f.backward_bias(dy));
}

template <class T>
Outcome zero_cotangent_gives_zero(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  const auto zero = zeros<T>(dy.shape());
  return Outcome()
      .equal("dx", zeros<T>(x.shape()), f.backward_input(w, zero))
      .equal("dw", zeros<T>(w.shape()), f.backward_weight(x, zero))
      .equal("db", zero, f.backward_bias(zero));
}

template <class T>
Outcome backward_is_linear(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, dv, dy] = draw_case<T>(p, data);
  const auto sum = combination(2, dy, -3, dv);
  return Outcome()
      .equal("dx", combination(2, f.backward_input(w, dy), -3, f.backward_input(w, dv)), f.backward_input(w, sum))
      .equal("dw", combination(2, f.backward_weight(x, dy), -3, f.backward_weight(x, dv)), f.backward_weight(x, sum))
      .equal("db", combination(2, f.backward_bias(dy), -3, f.backward_bias(dv)), f.backward_bias(sum));
}

template <class T>
Outcome two_runs_are_identical(const LinearFunctions<T>& f, const cnnspec_linear& p, Choices& data) {
  const auto [x, w, b, dy] = draw_case<T>(p, data);
  return Outcome()
      .equal("y", f.forward_with_bias(x, w, b), f.forward_with_bias(x, w, b))
      .equal("dx", f.backward_input(w, dy), f.backward_input(w, dy))
      .equal("dw", f.backward_weight(x, dy), f.backward_weight(x, dy));
}

template <class T>
std::vector<LinearLaw<T>> linear_laws() {
  return {{"L1", "linear is linear in x", linear_is_linear_in_x<T>},
          {"L1", "linear is linear in w", linear_is_linear_in_w<T>},
          {"L1", "the bias is added once", linear_adds_the_bias_once<T>},
          {"L2", "dx is the adjoint of linear in x", linear_dx_is_the_adjoint<T>},
          {"L2", "dw is the adjoint of linear in w", linear_dw_is_the_adjoint<T>},
          {"L2", "db is the adjoint of the bias", linear_db_is_the_adjoint<T>},
          {"L3", "a delta weight selects an input", linear_delta_weight_selects<T>},
          {"twin", "agrees with the independent twin", linear_agrees_with_the_twin<T>},
          {"zero-dy", "a zero cotangent gives exactly zero gradients", zero_cotangent_gives_zero<T>},
          {"linear-dy", "backward is linear in dy", backward_is_linear<T>},
          {"repeat", "two runs are identical", two_runs_are_identical<T>}};
}

}  // namespace cnnspec::checks

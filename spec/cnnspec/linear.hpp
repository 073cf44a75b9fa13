// linear: y = w x + b, for w[Out,In], x[In], b[Out];  dx = w^T dy,  dw = dy x^T,  db = dy.
//
//   N1  the terms of a sum are added in increasing order of the index, starting from zero; the bias is last.
// Precondition: C6 w has as many columns as x has elements, and as many rows as b and dy have.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

/// y[Out] from x[In] and w[Out,In], without a bias. Throws C6.
template <class T, Idx N, Idx Out, Idx In>
constexpr Tensor<T, Out> linear(const Tensor<T, N>& x, const Tensor<T, Out, In>& w) {
  require_same("linear", "x", Shape<In>({w.extent(1)}), x.shape());
  Tensor<T, Out> y(Shape<Out>({w.extent(0)}));
  for (Idx o = 0; o < w.extent(0); ++o)
    for (Idx i = 0; i < w.extent(1); ++i) y(o) += w(o, i) * x(i);
  return y;
}

/// The same, plus b[Out].
template <class T, Idx N, Idx Out, Idx In, Idx B>
constexpr Tensor<T, Out> linear(const Tensor<T, N>& x, const Tensor<T, Out, In>& w, const Tensor<T, B>& b) {
  require_same("linear", "bias", Shape<Out>({w.extent(0)}), b.shape());
  auto y = linear(x, w);
  for (Idx o = 0; o < w.extent(0); ++o) y(o) += b(o);
  return y;
}

/// dx[i] = sum over o of w[o,i] * dy[o]. Throws C6.
template <class T, Idx Out, Idx In, Idx D>
constexpr Tensor<T, In> linear_backward_input(const Tensor<T, Out, In>& w, const Tensor<T, D>& dy) {
  require_same("linear", "dy", Shape<Out>({w.extent(0)}), dy.shape());
  Tensor<T, In> dx(Shape<In>({w.extent(1)}));
  for (Idx o = 0; o < w.extent(0); ++o)
    for (Idx i = 0; i < w.extent(1); ++i) dx(i) += w(o, i) * dy(o);
  return dx;
}

/// dw[o,i] = dy[o] * x[i]: dw has as many columns as x has elements, and as many rows as dy.
template <class T, Idx In, Idx Out>
constexpr Tensor<T, Out, In> linear_backward_weight(const Tensor<T, In>& x, const Tensor<T, Out>& dy) {
  Tensor<T, Out, In> dw(Shape<Out, In>({dy.extent(0), x.extent(0)}));
  for (Idx o = 0; o < dw.extent(0); ++o)
    for (Idx i = 0; i < dw.extent(1); ++i) dw(o, i) += dy(o) * x(i);
  return dw;
}

/// db = dy
constexpr auto linear_backward_bias(const auto& dy) { return dy; }

/// linear with its parameters, as a layer.
template <class T, Idx Out, Idx In>
struct LinearLayer {
  static constexpr const char* kind = "linear";
  static constexpr int input_rank = 1;
  static constexpr std::array parameter_names{"weight", "bias"};
  Tensor<T, Out, In> weight;
  Tensor<T, Out> bias;

  constexpr auto parameters() { return std::tie(weight, bias); }
  constexpr auto parameters() const { return std::tie(weight, bias); }
  HyperParameters hyper_parameters() const { return {}; }

  constexpr Shape<Out> out_shape(const auto& x) const {
    require_same("linear", "x", Shape<In>({weight.extent(1)}), x);
    require_same("linear", "bias", Shape<Out>({weight.extent(0)}), bias.shape());
    return bias.shape();
  }
  constexpr auto forward(const auto& x) const { return linear(x, weight, bias); }
  constexpr auto backward(const auto& x, const auto& dy) const {
    (void)out_shape(x.shape());  // C6: dw has the extents of x, which must be those of w
    return LayerGradients{linear_backward_input(weight, dy),
                          std::tuple{linear_backward_weight(x, dy), linear_backward_bias(dy)}};
  }
};

// (1 2; 3 4)(5, 6) + (10, 20) = (17 + 10, 39 + 20);  (1 3; 2 4)(1, 2) = (7, 10)
static_assert(linear(Tensor<int, 2>({}, {5, 6}), Tensor<int, 2, 2>({}, {1, 2, 3, 4}), Tensor<int, 2>({}, {10, 20})) ==
              Tensor<int, 2>({}, {27, 59}));
static_assert(linear_backward_input(Tensor<int, 2, 2>({}, {1, 2, 3, 4}), Tensor<int, 2>({}, {1, 2})) ==
              Tensor<int, 2>({}, {7, 10}));

}  // namespace cnnspec

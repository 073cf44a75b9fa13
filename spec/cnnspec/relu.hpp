// relu: y = x <= 0 ? 0 : x  and  dx = x <= 0 ? 0 : dy, elementwise, on a tensor of any shape.
//
//   N6  one predicate for both directions, so relu'(0) = 0, relu(-0) = +0, and NaN passes through both, as in PyTorch.
// Precondition: C6 dy has the extents of x.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

template <class T, Idx... E>
constexpr Tensor<T, E...> relu(const Tensor<T, E...>& x) {
  Tensor y = zeros<T>(x.shape());
  for (Idx n = 0; n < x.size(); ++n) y[n] = x[n] <= T(0) ? T(0) : x[n];
  return y;
}

/// Throws C6.
template <class T, Idx... E, Idx... D>
constexpr Tensor<T, E...> relu_backward(const Tensor<T, E...>& x, const Tensor<T, D...>& dy) {
  require_same("relu", "dy", x.shape(), dy.shape());
  Tensor dx = zeros<T>(x.shape());
  for (Idx n = 0; n < x.size(); ++n) dx[n] = x[n] <= T(0) ? T(0) : dy[n];
  return dx;
}

struct ReluLayer : NoParameters {
  static constexpr const char* kind = "relu";
  static constexpr int input_rank = any_rank;
  constexpr auto out_shape(const auto& x) const { return x; }
  constexpr auto forward(const auto& x) const { return relu(x); }
  constexpr auto backward(const auto& x, const auto& dy) const { return gradients(relu_backward(x, dy)); }
};

static_assert(relu(Tensor<int, 3>({}, {-2, 0, 5})) == Tensor<int, 3>({}, {0, 0, 5}));
static_assert(relu_backward(Tensor<int, 3>({}, {-2, 0, 5}), Tensor<int, 3>({}, {7, 8, 9})) ==
              Tensor<int, 3>({}, {0, 0, 9}));

}  // namespace cnnspec

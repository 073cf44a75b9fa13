// flatten: [C,H,W] -> [C*H*W] in row-major order; its VJP is the inverse reshape.
// Preconditions: C3 the elements can be counted; C6 dy has as many elements as x.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

template <Idx... E>
constexpr auto flat_shape(const Shape<E...>& x) {
  constexpr Idx features = ((E != dyn) && ...) ? (E * ... * 1) : dyn;
  return Shape<features>({x.count()});
}

template <class T, Idx... E>
constexpr auto flatten(const Tensor<T, E...>& x) {
  return Tensor(flat_shape(x.shape()), x.elements());
}

/// dx, in the shape `x` of the input. Throws C6.
template <class T, Idx... E, Idx N>
constexpr Tensor<T, E...> flatten_backward(const Shape<E...>& x, const Tensor<T, N>& dy) {
  require_same("flatten", "dy", flat_shape(x), dy.shape());
  return Tensor<T, E...>(x, dy.elements());
}

struct FlattenLayer : NoParameters {
  static constexpr const char* kind = "flatten";
  static constexpr int input_rank = any_rank;
  constexpr auto out_shape(const auto& x) const { return flat_shape(x); }
  constexpr auto forward(const auto& x) const { return flatten(x); }
  constexpr auto backward(const auto& x, const auto& dy) const { return gradients(flatten_backward(x.shape(), dy)); }
};

static_assert(flatten(Tensor<int, 1, 2, 2>({}, {1, 2, 3, 4})) == Tensor<int, 4>({}, {1, 2, 3, 4}));

}  // namespace cnnspec

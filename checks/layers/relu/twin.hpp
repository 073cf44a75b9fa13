// relu once more, by the cells that pass: those that are greater than zero or NaN (N6). All others become +0, in both
// directions.
#pragma once

#include <cassert>

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

template <class T>
bool relu_passes(const T& x) {
  const bool positive = T(0) < x, nan = !(x == x);
  return positive || nan;
}

/// x -> y, of any shape
template <class T, Idx... E>
Tensor<T, E...> relu_forward(const Tensor<T, E...>& x) {
  Tensor<T, E...> y(x.shape());
  for (Idx n = 0; n < x.size(); ++n)
    if (relu_passes(x[n])) y[n] = x[n];
  return y;
}

/// x, dy -> dx, of one shape
template <class T, Idx... E>
Tensor<T, E...> relu_backward(const Tensor<T, E...>& x, const Tensor<T, E...>& dy) {
  assert(x.shape() == dy.shape());
  Tensor<T, E...> dx(x.shape());
  for (Idx n = 0; n < x.size(); ++n)
    if (relu_passes(x[n])) dx[n] = dy[n];
  return dx;
}

}  // namespace cnnspec::checks::twins

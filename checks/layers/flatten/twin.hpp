// flatten once more, element by element: place n of the vector is channel n / (H*W), row n / W % H, column n % W.
#pragma once

#include <cassert>

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// x[C,H,W] -> y[C*H*W]
template <class T>
Vector<T> flatten_forward(const Image<T>& x) {
  const Idx height = x.extent(1), width = x.extent(2);
  Vector<T> y(dyn_shape(x.extent(0) * height * width));
  for (Idx n = 0; n < y.extent(0); ++n) y(n) = x(n / (height * width), n / width % height, n % width);
  return y;
}

/// dy[C*H*W] -> dx of the input's shape [C,H,W]
template <class T>
Image<T> flatten_backward(const typename Image<T>::ShapeType& in_shape, const Vector<T>& dy) {
  const Idx height = in_shape.extent(1), width = in_shape.extent(2);
  assert(dy.extent(0) == in_shape.extent(0) * height * width);
  Image<T> dx(in_shape);
  for (Idx n = 0; n < dy.extent(0); ++n) dx(n / (height * width), n / width % height, n % width) = dy(n);
  return dx;
}

}  // namespace cnnspec::checks::twins

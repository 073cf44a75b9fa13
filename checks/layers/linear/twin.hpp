// linear once more, as matrix products and transposes only:
//
//   y^T = x^T w^T + b^T      dx = w^T dy      dw = dy x^T      db = dy
//
// One sample. The numbers of features come from the tensors, which must agree with each other.
#pragma once

#include <cassert>

#include "checks/twins/matrix.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// x[In], w[Out,In], b[Out] -> y[Out]
template <class T>
Vector<T> linear_forward(const Vector<T>& x, const Matrix<T>& w, const Vector<T>& b) {
  assert(b.size() == w.extent(0));
  Vector<T> y = as_vector(product(transpose(column(x)), transpose(w)));
  for (Idx o = 0; o < y.size(); ++o) y[o] += b[o];
  return y;
}

/// Without a bias.
template <class T>
Vector<T> linear_forward(const Vector<T>& x, const Matrix<T>& w) {
  return linear_forward(x, w, Vector<T>(dyn_shape(w.extent(0))));
}

/// w[Out,In], dy[Out] -> dx[In]
template <class T>
Vector<T> linear_backward_input(const Matrix<T>& w, const Vector<T>& dy) {
  return as_vector(product(transpose(w), column(dy)));
}

/// x[In], dy[Out] -> dw[Out,In]
template <class T>
Matrix<T> linear_backward_weight(const Vector<T>& x, const Vector<T>& dy) {
  return product(column(dy), transpose(column(x)));
}

/// dy[Out] -> db[Out]
template <class T>
Vector<T> linear_backward_bias(const Vector<T>& dy) {
  return dy;
}

}  // namespace cnnspec::checks::twins

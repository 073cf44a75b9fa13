// Dense matrices, with the operations that the twins need: product, transpose, and a vector as a column.
#pragma once

#include <cassert>

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// a[n,k] b[k,m] -> [n,m]
template <class T>
Matrix<T> product(const Matrix<T>& a, const Matrix<T>& b) {
  assert(a.extent(1) == b.extent(0));
  Matrix<T> out(dyn_shape(a.extent(0), b.extent(1)));
  for (Idx i = 0; i < a.extent(0); ++i)
    for (Idx j = 0; j < b.extent(1); ++j)
      for (Idx k = 0; k < a.extent(1); ++k) out(i, j) += a(i, k) * b(k, j);
  return out;
}

template <class T>
Matrix<T> transpose(const Matrix<T>& a) {
  Matrix<T> out(dyn_shape(a.extent(1), a.extent(0)));
  for (Idx i = 0; i < a.extent(0); ++i)
    for (Idx j = 0; j < a.extent(1); ++j) out(j, i) = a(i, j);
  return out;
}

/// v[n] -> [n,1]
template <class T>
Matrix<T> column(const Vector<T>& v) {
  return Matrix<T>(dyn_shape(v.size(), 1), v.elements());
}

/// A matrix with one row or one column -> [n]
template <class T>
Vector<T> as_vector(const Matrix<T>& a) {
  assert(a.extent(0) == 1 || a.extent(1) == 1);
  return Vector<T>(dyn_shape(a.size()), a.elements());
}

}  // namespace cnnspec::checks::twins

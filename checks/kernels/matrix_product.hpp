// C += A B for matrices with any steps, in three loop orders, with or without fused multiply-add. A judge of sums must
// accept all six roundings. The blocked order is the fast one.
#pragma once

#include <algorithm>
#include <cmath>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

enum class LoopOrder {
  blocked,  // tiles of C in registers, panels of A and B packed
  ijk,      // each element of C is a dot product
  ikj,      // each element of A scales a row of B
};

/// A view: element (i, j) is `data[i * row_step + j * column_step]`.
template <class T>
struct Matrix {
  T* data;
  Idx rows, columns, row_step, column_step;

  T& operator()(Idx i, Idx j) const { return data[i * row_step + j * column_step]; }
  Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
};

/// Row-major; `row_step` is `columns` unless the rows are part of longer ones.
template <class T>
Matrix<T> row_major(T* data, Idx rows, Idx columns, Idx row_step) {
  return {data, rows, columns, row_step, 1};
}

template <bool fma, class T>
T multiply_add(T a, T b, T sum) {
  if constexpr (fma) return std::fma(a, b, sum);
  return sum + a * b;
}

// The tile of C that fits into the vector registers of the oldest x86-64, and the panels that fit into its caches.
template <class T>
struct Blocking {
  static constexpr Idx tile_rows = 4, tile_columns = 32 / sizeof(T);
  static constexpr Idx panel_rows = 64, panel_depth = 256;
  static_assert(panel_rows % tile_rows == 0);
};

/// `panel[k][0 .. width)` = `columns` columns of rows [k0, k0+depth) of b from j0 on, and zeros up to `width`.
template <Idx width, class T>
void pack(const Matrix<const T>& b, Idx k0, Idx depth, Idx j0, Idx columns, T* panel) {
  for (Idx k = 0; k < depth; ++k)
    for (Idx j = 0; j < width; ++j) panel[k * width + j] = j < columns ? b(k0 + k, j0 + j) : T(0);
}

/// One tile of C from a packed strip of A (transposed) and one of B.
template <bool fma, class T>
void add_tile(const T* a, const T* b, Idx depth, Idx rows, Idx columns, const Matrix<T>& c, Idx i0, Idx j0) {
  constexpr Idx R = Blocking<T>::tile_rows, C = Blocking<T>::tile_columns;
  T sums[R][C] = {};
  for (Idx k = 0; k < depth; ++k)
    for (Idx i = 0; i < R; ++i)
      for (Idx j = 0; j < C; ++j) sums[i][j] = multiply_add<fma>(a[k * R + i], b[k * C + j], sums[i][j]);
  for (Idx i = 0; i < rows; ++i)
    for (Idx j = 0; j < columns; ++j) c(i0 + i, j0 + j) += sums[i][j];
}

template <bool fma, class T>
void add_product_blocked(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c) {
  using Size = Blocking<T>;
  constexpr Idx R = Size::tile_rows, C = Size::tile_columns;
  T a_panel[Size::panel_rows * Size::panel_depth], b_strip[Size::panel_depth * C];
  const Matrix<const T> a_transposed = a.transposed();
  for (Idx k0 = 0; k0 < a.columns; k0 += Size::panel_depth) {
    const Idx depth = std::min(Size::panel_depth, a.columns - k0);
    for (Idx i0 = 0; i0 < c.rows; i0 += Size::panel_rows) {
      const Idx rows = std::min(Size::panel_rows, c.rows - i0);
      for (Idx i = 0; i < rows; i += R)
        pack<R>(a_transposed, k0, depth, i0 + i, std::min(R, rows - i), a_panel + i * depth);
      for (Idx j = 0; j < c.columns; j += C) {
        const Idx columns = std::min(C, c.columns - j);
        pack<C>(b, k0, depth, j, columns, b_strip);
        for (Idx i = 0; i < rows; i += R)
          add_tile<fma>(a_panel + i * depth, b_strip, depth, std::min(R, rows - i), columns, c, i0 + i, j);
      }
    }
  }
}

/// C += A B. `c` overlaps neither factor.
template <LoopOrder order, bool fma, class T>
void add_product(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c) {
  if constexpr (order == LoopOrder::blocked) {
    add_product_blocked<fma>(a, b, c);
  } else if constexpr (order == LoopOrder::ijk) {
    for (Idx i = 0; i < c.rows; ++i)
      for (Idx j = 0; j < c.columns; ++j) {
        T sum(0);
        for (Idx k = 0; k < a.columns; ++k) sum = multiply_add<fma>(a(i, k), b(k, j), sum);
        c(i, j) += sum;
      }
  } else {
    for (Idx i = 0; i < c.rows; ++i)
      for (Idx k = 0; k < a.columns; ++k)
        for (Idx j = 0; j < c.columns; ++j) c(i, j) = multiply_add<fma>(a(i, k), b(k, j), c(i, j));
  }
}

}  // namespace cnnspec::checks

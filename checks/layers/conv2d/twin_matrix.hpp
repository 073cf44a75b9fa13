// conv2d a third time, as a sparse matrix: y = M(w) x = N(x) w, so dx = M(w)^T dy and dw = N(x)^T dy.
//
// The matrices are built from the set of related triples (input cell, kernel cell, output cell). The set is enumerated
// from the input: for each input cell and each tap, the window that covers the cell with this tap, if there is one. A
// definition by output pixels goes in the opposite direction. Padding is never enumerated (N2).
//
// Geometry and tensors as in twin.hpp, which shares only the arithmetic of windows.hpp with this file.
#pragma once

#include <cassert>
#include <vector>

#include "checks/twins/windows.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins::by_matrix {

/// Three flat row-major indices: the output cell y is the sum over its triples of w times x.
struct Related {
  Idx x, w, y;
};

inline std::vector<Related> related_cells(const cnnspec_conv2d& g) {
  const Idx depth = g.in_channels / g.groups, filters = g.out_channels / g.groups;
  const TwinAxis rows = rows_of(g), columns = columns_of(g);
  const Idx out_rows = count_windows(rows), out_columns = count_windows(columns);
  std::vector<Related> found;
  for (Idx x = 0; x < g.in_channels * g.in_height * g.in_width; ++x) {
    const Idx channel = x / g.in_width / g.in_height, row = x / g.in_width % g.in_height, col = x % g.in_width;
    for (const Meeting& v : meetings(rows, row))
      for (const Meeting& h : meetings(columns, col))
        for (Idx o = 0; o < g.out_channels; ++o) {
          if (o / filters != channel / depth) continue;
          const Idx w = ((o * depth + channel % depth) * g.kernel_height + v.tap) * g.kernel_width + h.tap;
          found.push_back({x, w, (o * out_rows + v.window) * out_columns + h.window});
        }
  }
  return found;
}

/// Entries at the same place add up. A missing entry is absent, and not a zero.
template <class T>
struct SparseMatrix {
  struct Entry {
    Idx row, column;
    T value;
  };
  std::vector<Entry> entries;

  /// out += M in, on tensors of any rank as flat vectors
  template <class In, class Out>
  void multiply(const In& in, Out& out) const {
    for (const Entry& e : entries) out[e.row] += e.value * in[e.column];
  }
  SparseMatrix transposed() const {
    SparseMatrix m;
    for (const Entry& e : entries) m.entries.push_back({e.column, e.row, e.value});
    return m;
  }
};

/// M(w): rows are the cells of y, columns those of x.
template <class T>
SparseMatrix<T> matrix_on_input(const cnnspec_conv2d& g, const Kernel<T>& w) {
  SparseMatrix<T> m;
  for (const Related& r : related_cells(g)) m.entries.push_back({r.y, r.x, w[r.w]});
  return m;
}

/// N(x): rows are the cells of y, columns those of w.
template <class T>
SparseMatrix<T> matrix_on_kernel(const cnnspec_conv2d& g, const Image<T>& x) {
  SparseMatrix<T> m;
  for (const Related& r : related_cells(g)) m.entries.push_back({r.y, r.w, x[r.x]});
  return m;
}

/// x[C,H,W], w[O,C/G,KH,KW] -> y[O,OH,OW], without a bias
template <class T>
Image<T> conv2d_forward(const cnnspec_conv2d& g, const Image<T>& x, const Kernel<T>& w) {
  assert(x.extent(0) == g.in_channels && w.extent(0) == g.out_channels);
  Image<T> y(dyn_shape(g.out_channels, count_windows(rows_of(g)), count_windows(columns_of(g))));
  matrix_on_input(g, w).multiply(x, y);
  return y;
}

/// w[O,C/G,KH,KW], dy[O,OH,OW] -> dx[C,H,W]
template <class T>
Image<T> conv2d_backward_input(const cnnspec_conv2d& g, const Kernel<T>& w, const Image<T>& dy) {
  assert(w.extent(0) == g.out_channels && dy.extent(0) == g.out_channels);
  Image<T> dx(dyn_shape(g.in_channels, g.in_height, g.in_width));
  matrix_on_input(g, w).transposed().multiply(dy, dx);
  return dx;
}

/// x[C,H,W], dy[O,OH,OW] -> dw[O,C/G,KH,KW]
template <class T>
Kernel<T> conv2d_backward_kernel(const cnnspec_conv2d& g, const Image<T>& x, const Image<T>& dy) {
  assert(x.extent(0) == g.in_channels && dy.extent(0) == g.out_channels);
  Kernel<T> dw(dyn_shape(g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width));
  matrix_on_kernel(g, x).transposed().multiply(dy, dw);
  return dw;
}

}  // namespace cnnspec::checks::twins::by_matrix

// conv2d once more, on whole images and matrices instead of an index rule:
//
//   forward           im2col: every window's cells as a column, then one matrix product for each group
//   dx                dy, zero-stuffed by the stride, correlated with the flipped, dilated kernel
//   dw                the padded x correlated with dy, zero-stuffed by the stride; sampled at multiples of the dilation
//   db                dy times a column of ones
//
// This file was written without looking at the specification's conv2d, because L10 compares the two. Sizes come from
// walking over the padded image; g.batch, g.out_height and g.out_width are not read. The geometry must be valid and the
// tensors must agree with it. Padding and stuffing are multiplied like any other zero, so T must be a ring, or a
// floating-point type with finite values; twin_matrix.hpp skips them as N2 has it.
#pragma once

#include <cassert>
#include <utility>
#include <vector>

#include "checks/layers/conv2d/correlation.hpp"
#include "checks/twins/matrix.hpp"
#include "checks/twins/windows.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// The image with its zeros around it: [C, top+H+bottom, left+W+right].
template <class T>
Image<T> padded(const cnnspec_conv2d& g, const Image<T>& x) {
  return cut(x, -g.pad_top, -g.pad_left, rows_of(g).padded(), columns_of(g).padded());
}

/// im2col for all channels of a padded image: one row for each window, one column for each tap.
template <class T>
Matrix<T> patches(const cnnspec_conv2d& g, const Image<T>& image) {
  const TwinAxis rows = rows_of(g), columns = columns_of(g);
  const std::vector<Idx> below = steps_up_to(0, rows.dilation, rows.reach() - 1);
  const std::vector<Idx> beside = steps_up_to(0, columns.dilation, columns.reach() - 1);
  std::vector<T> cells;
  for (const Idx top : window_starts(rows))
    for (const Idx left : window_starts(columns))
      for (Idx c = 0; c < image.extent(0); ++c)
        for (const Idx i : below)
          for (const Idx j : beside) cells.push_back(image(c, top + i, left + j));
  const Idx windows = count_windows(rows) * count_windows(columns);
  const Idx taps = static_cast<Idx>(cells.size()) / windows;
  return Matrix<T>(dyn_shape(windows, taps), std::move(cells));
}

/// The kernels of one group's output channels, one in each row.
template <class T>
Matrix<T> kernel_rows(const cnnspec_conv2d& g, const Kernel<T>& w, Idx group) {
  const Idx filters = g.out_channels / g.groups, taps = w.size() / g.out_channels;
  Matrix<T> out(dyn_shape(filters, taps));
  for (Idx n = 0; n < out.size(); ++n) out[n] = w[group * out.size() + n];
  return out;
}

/// x[C,H,W], w[O,C/G,KH,KW], b[O] -> y[O,OH,OW]
template <class T>
Image<T> conv2d_forward(const cnnspec_conv2d& g, const Image<T>& x, const Kernel<T>& w, const Vector<T>& b) {
  assert(x.extent(0) == g.in_channels && w.extent(0) == g.out_channels && b.size() == g.out_channels);
  const Idx depth = g.in_channels / g.groups;
  std::vector<T> cells;
  for (Idx group = 0; group < g.groups; ++group) {
    const Image<T> image = channels(padded(g, x), group * depth, depth);
    const Matrix<T> y = product(kernel_rows(g, w, group), transpose(patches(g, image)));
    cells.insert(cells.end(), y.elements().begin(), y.elements().end());
  }
  Image<T> y(dyn_shape(g.out_channels, count_windows(rows_of(g)), count_windows(columns_of(g))), std::move(cells));
  for (Idx n = 0; n < y.size(); ++n) y[n] += b[n / (y.size() / b.size())];
  return y;
}

/// Without a bias.
template <class T>
Image<T> conv2d_forward(const cnnspec_conv2d& g, const Image<T>& x, const Kernel<T>& w) {
  return conv2d_forward(g, x, w, Vector<T>(dyn_shape(g.out_channels)));
}

/// The weights that one input channel is multiplied by: [O/G,KH,KW], one kernel for each output channel of its group.
template <class T>
Image<T> filters_on(const cnnspec_conv2d& g, const Kernel<T>& w, Idx in_channel) {
  const Idx depth = g.in_channels / g.groups, filters = g.out_channels / g.groups, group = in_channel / depth;
  Image<T> out(dyn_shape(filters, w.extent(2), w.extent(3)));
  for (Idx o = 0; o < filters; ++o)
    for (Idx p = 0; p < w.extent(2); ++p)
      for (Idx q = 0; q < w.extent(3); ++q) out(o, p, q) = w(group * filters + o, in_channel % depth, p, q);
  return out;
}

/// w[O,C/G,KH,KW], dy[O,OH,OW] -> dx[C,H,W]. Cells that no window reaches get zero.
template <class T>
Image<T> conv2d_backward_input(const cnnspec_conv2d& g, const Kernel<T>& w, const Image<T>& dy) {
  assert(w.extent(0) == g.out_channels && dy.extent(0) == g.out_channels);
  const Idx depth = g.in_channels / g.groups, filters = g.out_channels / g.groups;
  // A frame that starts reach-1 cells before the first padded cell would place the end of a flipped window on each
  // padded cell in turn. This frame starts `top` cells later: so on the first real cell, and it ends at the last one.
  const Idx lead_height = rows_of(g).reach() - 1, lead_width = columns_of(g).reach() - 1;
  const Image<T> frame = cut(zero_stuffed(dy, g.stride_height, g.stride_width), g.pad_top - lead_height,
                             g.pad_left - lead_width, g.in_height + lead_height, g.in_width + lead_width);
  std::vector<T> cells;
  for (Idx c = 0; c < g.in_channels; ++c) {
    const Image<T> filter = flipped(zero_stuffed(filters_on(g, w, c), g.dilation_height, g.dilation_width));
    const Matrix<T> dx = correlate(channels(frame, c / depth * filters, filters), filter);
    cells.insert(cells.end(), dx.elements().begin(), dx.elements().end());
  }
  return Image<T>(dyn_shape(g.in_channels, g.in_height, g.in_width), std::move(cells));
}

/// x[C,H,W], dy[O,OH,OW] -> dw[O,C/G,KH,KW]
template <class T>
Kernel<T> conv2d_backward_kernel(const cnnspec_conv2d& g, const Image<T>& x, const Image<T>& dy) {
  assert(x.extent(0) == g.in_channels && dy.extent(0) == g.out_channels);
  const Idx depth = g.in_channels / g.groups, filters = g.out_channels / g.groups;
  const Image<T> stuffed = zero_stuffed(dy, g.stride_height, g.stride_width);
  // The part of the padded image that windows cover, without the remainder, so that the result has one cell per cell of
  // reach.
  const Image<T> covered = cut(padded(g, x), 0, 0, stuffed.extent(1) + rows_of(g).reach() - 1,
                               stuffed.extent(2) + columns_of(g).reach() - 1);
  std::vector<T> cells;
  for (Idx o = 0; o < g.out_channels; ++o)
    for (Idx c = 0; c < depth; ++c) {
      const Matrix<T> dense = correlate(channels(covered, o / filters * depth + c, 1), channels(stuffed, o, 1));
      for (const Idx i : steps_up_to(0, g.dilation_height, dense.extent(0) - 1))
        for (const Idx j : steps_up_to(0, g.dilation_width, dense.extent(1) - 1)) cells.push_back(dense(i, j));
    }
  return Kernel<T>(dyn_shape(g.out_channels, depth, g.kernel_height, g.kernel_width), std::move(cells));
}

/// dy[O,OH,OW] -> db[O]
template <class T>
Vector<T> conv2d_backward_bias(const cnnspec_conv2d& g, const Image<T>& dy) {
  assert(dy.extent(0) == g.out_channels);
  const Idx pixels = dy.size() / g.out_channels;
  const Matrix<T> ones(dyn_shape(pixels, 1), std::vector<T>(static_cast<std::size_t>(pixels), T(1)));
  return as_vector(product(Matrix<T>(dyn_shape(g.out_channels, pixels), dy.elements()), ones));
}

}  // namespace cnnspec::checks::twins

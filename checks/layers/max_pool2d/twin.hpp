// max_pool2d once more, starting from the input: every cell reports to the windows that contain it, and each window
// then has the list of its real cells. Padding never reports, so it cannot win (N3).
//
// This file was written without looking at the specification's max_pool2d. Sizes come from walking over the padded
// image; g.batch, g.out_height and g.out_width are not read. The geometry must be valid (C4: no list is empty) and the
// tensors must agree with it.
#pragma once

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "checks/twins/windows.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// A real cell as one window sees it.
template <class T>
struct PooledCell {
  T value;
  Idx order;  // row-major within the window, padding counted
  Idx place;  // row * in_width + column within the channel's plane
};

/// N4, N5: the last NaN if there is one, else the first of the greatest cells. Sorts the cells.
template <class T>
PooledCell<T> winner(std::vector<PooledCell<T>>& cells) {
  assert(!cells.empty());
  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
  const auto nan = [](const auto& cell) { return !(cell.value == cell.value); };
  if (const auto last = std::find_if(cells.rbegin(), cells.rend(), nan); last != cells.rend()) return *last;
  return *std::max_element(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
}

/// The winners of all windows of one channel, in row-major order of the windows.
template <class T>
std::vector<PooledCell<T>> winners_of_channel(const cnnspec_pool2d& g, const Image<T>& x, Idx channel) {
  const TwinAxis rows = rows_of(g), columns = columns_of(g);
  const Idx out_rows = count_windows(rows), out_columns = count_windows(columns);
  std::vector<std::vector<PooledCell<T>>> windows(static_cast<std::size_t>(out_rows * out_columns));
  for (Idx place = 0; place < g.in_height * g.in_width; ++place) {
    const Idx row = place / g.in_width, col = place % g.in_width;
    for (const Meeting& v : meetings(rows, row))
      for (const Meeting& h : meetings(columns, col))
        windows[static_cast<std::size_t>(v.window * out_columns + h.window)].push_back(
            {x(channel, row, col), v.tap * g.kernel_width + h.tap, place});
  }
  std::vector<PooledCell<T>> winners;
  for (auto& cells : windows) winners.push_back(winner(cells));
  return winners;
}

template <class T>
struct Pooled {
  Image<T> y;
  Image<Idx> winners;  // row * in_width + column within the channel's plane
};

/// x[C,H,W] -> y[C,OH,OW] and the winner of each output
template <class T>
Pooled<T> max_pool2d_forward(const cnnspec_pool2d& g, const Image<T>& x) {
  assert(x.extent(0) == g.channels && x.extent(1) == g.in_height && x.extent(2) == g.in_width);
  std::vector<T> values;
  std::vector<Idx> places;
  for (Idx c = 0; c < g.channels; ++c)
    for (const PooledCell<T>& best : winners_of_channel(g, x, c)) {
      values.push_back(best.value);
      places.push_back(best.place);
    }
  const auto shape = dyn_shape(g.channels, count_windows(rows_of(g)), count_windows(columns_of(g)));
  return {Image<T>(shape, std::move(values)), Image<Idx>(shape, std::move(places))};
}

/// x[C,H,W], dy[C,OH,OW] -> dx[C,H,W]: each dy is added to its winner's cell
template <class T>
Image<T> max_pool2d_backward(const cnnspec_pool2d& g, const Image<T>& x, const Image<T>& dy) {
  assert(x.extent(0) == g.channels && x.extent(1) == g.in_height && x.extent(2) == g.in_width);
  Image<T> dx(x.shape());
  Idx n = 0;
  for (Idx c = 0; c < g.channels; ++c)
    for (const PooledCell<T>& best : winners_of_channel(g, x, c))
      dx[c * g.in_height * g.in_width + best.place] += dy[n++];
  assert(n == dy.size());
  return dx;
}

}  // namespace cnnspec::checks::twins

// The common functions of the parts of the naive kernel.
#pragma once

#include <algorithm>

#include "tests/naive_kernel.hpp"

namespace cnnspec::tests {

template <class P>
P Naive::read(const P& problem) const {
  P p = problem;
  if (makes(Mistake::padding_ignored)) p.pad_top = p.pad_left = 0;
  if (makes(Mistake::padding_swapped)) std::swap(p.pad_top, p.pad_left);
  if (makes(Mistake::padding_ignored_if_windows_tile)) {
    if (p.kernel_height == p.stride_height) p.pad_top = 0;
    if (p.kernel_width == p.stride_width) p.pad_left = 0;
  }
  if (makes(Mistake::stride_swapped)) std::swap(p.stride_height, p.stride_width);
  if (makes(Mistake::dilation_swapped)) std::swap(p.dilation_height, p.dilation_width);
  if (makes(Mistake::stride_and_dilation_swapped)) {
    std::swap(p.stride_height, p.dilation_height);
    std::swap(p.stride_width, p.dilation_width);
  }
  if (makes(Mistake::dilation_ignored)) p.dilation_height = p.dilation_width = 1;
  if (makes(Mistake::dilation_of_height)) p.dilation_width = p.dilation_height;
  if (makes(Mistake::image_swapped)) std::swap(p.in_height, p.in_width);
  if (makes(Mistake::kernel_swapped)) std::swap(p.kernel_height, p.kernel_width);
  if (makes(Mistake::stride_of_height_on_one_row) && p.in_height == 1) p.stride_width = p.stride_height;
  if (makes(Mistake::stride_ignored_if_1x1) && p.kernel_height == 1 && p.kernel_width == 1)
    p.stride_height = p.stride_width = 1;
  return p;
}

/// The extent of a window in cells.
template <class P>
auto window_height(const P& p) {
  return p.dilation_height * (p.kernel_height - 1) + 1;
}
template <class P>
auto window_width(const P& p) {
  return p.dilation_width * (p.kernel_width - 1) + 1;
}

/// Whether the window of output (i, j) reaches into the padding below or on the right.
template <class P>
bool reaches_padding_after(const P& p, std::int64_t i, std::int64_t j) {
  return i * p.stride_height - p.pad_top + window_height(p) > p.in_height ||
         j * p.stride_width - p.pad_left + window_width(p) > p.in_width;
}

}  // namespace cnnspec::tests

// One dense correlation, and functions that prepare an image so that dense correlation is enough.
//
// The correlation has no arguments for stride, padding, dilation or flips: the caller first builds the padded,
// zero-stuffed or flipped image.
#pragma once

#include <cassert>
#include <vector>

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks::twins {

/// image[C,H,W], filter[C,KH,KW] -> [H-KH+1, W-KW+1]. No stride, no padding, no dilation, no flip.
template <class T>
Matrix<T> correlate(const Image<T>& image, const Image<T>& filter) {
  assert(image.extent(0) == filter.extent(0));
  Matrix<T> out(dyn_shape(image.extent(1) - filter.extent(1) + 1, image.extent(2) - filter.extent(2) + 1));
  for (Idx i = 0; i < out.extent(0); ++i)
    for (Idx j = 0; j < out.extent(1); ++j)
      for (Idx c = 0; c < filter.extent(0); ++c)
        for (Idx p = 0; p < filter.extent(1); ++p)
          for (Idx q = 0; q < filter.extent(2); ++q) out(i, j) += image(c, i + p, j + q) * filter(c, p, q);
  return out;
}

/// The block of rows x columns cells from (top, left). The image is taken to continue with zeros on all sides.
template <class T>
Image<T> cut(const Image<T>& image, Idx top, Idx left, Idx rows, Idx columns) {
  Image<T> out(dyn_shape(image.extent(0), rows, columns));
  for (Idx c = 0; c < image.extent(0); ++c)
    for (Idx i = 0; i < image.extent(1); ++i)
      for (Idx j = 0; j < image.extent(2); ++j) {
        const bool inside = top <= i && i < top + rows && left <= j && j < left + columns;
        if (inside) out(c, i - top, j - left) = image(c, i, j);
      }
  return out;
}

/// Moves neighbouring cells to a distance of (by_height, by_width), with zeros between them and none around them.
template <class T>
Image<T> zero_stuffed(const Image<T>& image, Idx by_height, Idx by_width) {
  const Idx rows = by_height * (image.extent(1) - 1) + 1, columns = by_width * (image.extent(2) - 1) + 1;
  Image<T> out(dyn_shape(image.extent(0), rows, columns));
  for (Idx c = 0; c < image.extent(0); ++c)
    for (Idx i = 0; i < image.extent(1); ++i)
      for (Idx j = 0; j < image.extent(2); ++j) out(c, by_height * i, by_width * j) = image(c, i, j);
  return out;
}

/// Flips both axes.
template <class T>
Image<T> flipped(const Image<T>& image) {
  Image<T> out(image.shape());
  for (Idx c = 0; c < image.extent(0); ++c)
    for (Idx i = 0; i < image.extent(1); ++i)
      for (Idx j = 0; j < image.extent(2); ++j)
        out(c, image.extent(1) - 1 - i, image.extent(2) - 1 - j) = image(c, i, j);
  return out;
}

template <class T>
Image<T> channels(const Image<T>& image, Idx first, Idx count) {
  Image<T> out(dyn_shape(count, image.extent(1), image.extent(2)));
  for (Idx n = 0; n < out.size(); ++n) out[n] = image[first * image.extent(1) * image.extent(2) + n];
  return out;
}

}  // namespace cnnspec::checks::twins

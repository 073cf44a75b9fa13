// Problems that a law derives from the given one, so that no law is empty on it.
#pragma once

#include <algorithm>

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// One image of a problem with a window. Its input is enlarged to at least `outputs` outputs on each axis, and the
/// output extents are made right.
template <class P>
P fitted(P p, Idx outputs = 1) {
  const auto fit = [&](Line line) {
    const Axis& a = line.axis;
    line.in = std::max(line.in, a.dilation * (line.kernel - 1) + 1 + (outputs - 1) * a.stride - a.before - a.after);
    line.out = conv_out(line.in, line.kernel, a);
    return line;
  };
  p.batch = 1;
  set_height(p, fit(height_of(p)));
  set_width(p, fit(width_of(p)));
  return p;
}

/// The problem in which the padding is part of the image.
template <class P>
P unpadded(P p) {
  p.in_height += p.pad_top + p.pad_bottom, p.in_width += p.pad_left + p.pad_right;
  p.pad_top = p.pad_bottom = p.pad_left = p.pad_right = 0;
  return fitted(p);
}

/// With padding on all sides, if the problem has none at all.
template <class P>
P with_padding(P p, Choices& data) {
  if (p.pad_top + p.pad_bottom + p.pad_left + p.pad_right == 0) {
    p.pad_top = data.pick(1, 3), p.pad_bottom = data.pick(1, 3);
    p.pad_left = data.pick(1, 3), p.pad_right = data.pick(1, 3);
  }
  return fitted(p);
}

/// With a window of at least two cells on each axis, so that there is room for padding.
template <class P>
P with_padding(P p) {
  if (p.pad_top + p.pad_bottom + p.pad_left + p.pad_right == 0) {
    p.kernel_height = std::max(p.kernel_height, Idx{2}), p.kernel_width = std::max(p.kernel_width, Idx{2});
    p.pad_top = p.pad_left = 1;
  }
  return fitted(p);
}

/// With a step along an axis, if both axes are dense.
template <class P>
P with_stride(P p, Choices& data) {
  if (p.stride_height == 1 && p.stride_width == 1) p.stride_height = data.pick(2, 3), p.stride_width = data.pick(1, 3);
  return fitted(p, 2);
}
template <class P>
P with_dilation(P p, Choices& data) {
  if (p.dilation_height == 1 && p.dilation_width == 1)
    p.dilation_height = data.pick(1, 3), p.dilation_width = data.pick(2, 3);
  p.kernel_height = std::max(p.kernel_height, Idx{2}), p.kernel_width = std::max(p.kernel_width, Idx{2});
  return fitted(p);
}

template <class P>
P with_groups(P p, Choices& data) {
  if (p.groups == 1) p.groups = data.pick(2, 3), p.in_channels *= p.groups, p.out_channels *= p.groups;
  return fitted(p);
}
/// One group alone.
template <class P>
P one_group(P p) {
  p.in_channels /= p.groups, p.out_channels /= p.groups, p.groups = 1;
  return fitted(p);
}

}  // namespace cnnspec::checks

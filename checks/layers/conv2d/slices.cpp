#include "checks/layers/conv2d/slices.hpp"

#include <algorithm>

#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_conv2d;

/// One axis of the smaller problem, and the cells that it takes from the axis of x and from that of y.
struct Cut {
  Line line;
  Range x, y;
};

Idx span_of(const Line& l) { return (l.kernel - 1) * l.axis.dilation + 1; }
Idx ceil_of(Idx a, Idx b) { return (a + b - 1) / b; }  // a >= 0

/// An element without terms: the only window lies in the padding before the only cell of x.
Cut without_terms(Line l) {
  l.in = l.out = 1;
  l.axis.before = span_of(l), l.axis.after = 0;
  l.axis.stride = 2;  // so that there is no second window
  return {l, {0, 1}, {0, 1}};
}

/// The terms of cell `at` of y: the cells of x in its window.
Cut cut_for_y(Line l, Idx at) {
  const Idx span = span_of(l), start = at * l.axis.stride - l.axis.before;
  const Idx first = std::max(Idx{0}, start), end = std::min(l.in, start + span);
  if (first >= end) return without_terms(l);
  l.axis.before = std::max(Idx{0}, -start), l.axis.after = std::max(Idx{0}, start + span - l.in);
  l.in = end - first, l.out = 1;
  return {l, {first, l.in}, {at, 1}};
}

/// The terms of cell `at` of x: the cells of y whose windows contain it.
Cut cut_for_x(Line l, Idx at) {
  const Idx span = span_of(l), place = at + l.axis.before;  // among the cells with padding
  const Idx first = ceil_of(std::max(Idx{0}, place - span + 1), l.axis.stride);
  const Idx end = std::min(l.out, place / l.axis.stride + 1);
  if (first >= end) return without_terms(l);
  l.in = 1, l.out = end - first;
  l.axis.before = place - first * l.axis.stride;
  l.axis.after = span + (l.out - 1) * l.axis.stride - 1 - l.axis.before;
  return {l, {at, 1}, {first, l.out}};
}

/// The terms of cell `at` of the kernel: the cells of y for which it lies on a cell of x, and these cells of x.
Cut cut_for_w(Line l, Idx at) {
  const Idx start = at * l.axis.dilation - l.axis.before;  // the cell of x for the first cell of y
  const Idx first = ceil_of(std::max(Idx{0}, -start), l.axis.stride);
  const Idx end = start >= l.in ? 0 : std::min(l.out, (l.in - 1 - start) / l.axis.stride + 1);
  l.kernel = l.axis.dilation = 1;
  if (first >= end) return without_terms(l);
  l.axis.before = l.axis.after = 0;
  l.out = end - first, l.in = (l.out - 1) * l.axis.stride + 1;
  return {l, {start + first * l.axis.stride, l.in}, {first, l.out}};
}

/// The smaller problem, with one group.
P smaller(P p, Idx images, Idx in_channels, Idx out_channels) {
  p.batch = images, p.groups = 1, p.in_channels = in_channels, p.out_channels = out_channels;
  return p;
}
P smaller(P p, Idx images, Idx in_channels, Idx out_channels, const Cut& rows, const Cut& columns) {
  set_height(p, rows.line), set_width(p, columns.line);
  return smaller(p, images, in_channels, out_channels);
}

}  // namespace

Slices conv2d_slices_of_y(const Problem& problem, const Box& y) {
  const auto& p = problem.as<P>();
  const Cut rows = cut_for_y(height_of(p), y[2].first), columns = cut_for_y(width_of(p), y[3].first);
  const Idx in = p.in_channels / p.groups, group = y[1].first / (p.out_channels / p.groups);
  return {smaller(p, 1, in, 1, rows, columns), {{y[0], {group * in, in}, rows.x, columns.x}, {y[1]}, {y[1]}}};
}

Slices conv2d_slices_of_dx(const Problem& problem, const Box& dx) {
  const auto& p = problem.as<P>();
  const Cut rows = cut_for_x(height_of(p), dx[2].first), columns = cut_for_x(width_of(p), dx[3].first);
  const Idx in = p.in_channels / p.groups, out = p.out_channels / p.groups, c = dx[1].first;
  const Range outputs{c / in * out, out};
  return {smaller(p, 1, 1, out, rows, columns), {{outputs, {c % in, 1}}, {dx[0], outputs, rows.y, columns.y}}};
}

Slices conv2d_slices_of_dw(const Problem& problem, const Box& dw) {
  const auto& p = problem.as<P>();
  const Cut rows = cut_for_w(height_of(p), dw[2].first), columns = cut_for_w(width_of(p), dw[3].first);
  const Idx in = p.in_channels / p.groups, group = dw[0].first / (p.out_channels / p.groups);
  const Range batch{0, p.batch}, channel{group * in + dw[1].first, 1};
  return {smaller(p, p.batch, 1, 1, rows, columns),
          {{batch, channel, rows.x, columns.x}, {batch, dw[0], rows.y, columns.y}}};
}

Slices conv2d_slices_of_db(const Problem& problem, const Box& db) {
  const auto& p = problem.as<P>();
  return {smaller(p, p.batch, 1, 1), {{{0, p.batch}, db[0]}}};
}

}  // namespace cnnspec::checks

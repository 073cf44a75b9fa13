// conv2d: how its passes are projected. `o` is an output channel, `c` an input channel of a group, `n` an image.
#include "checks/expect/projection.hpp"

#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_conv2d;

Idx in_of_group(const P& p) { return p.in_channels / p.groups; }
Idx out_of_group(const P& p) { return p.out_channels / p.groups; }
Idx pixels_of_x(const P& p) { return p.in_height * p.in_width; }
Idx pixels_of_y(const P& p) { return p.out_height * p.out_width; }
Idx cells(const P& p) { return p.kernel_height * p.kernel_width; }

P with_channels(P p, Idx batch, Idx groups, Idx in, Idx out) {
  p.batch = batch, p.groups = groups, p.in_channels = in, p.out_channels = out;
  return p;
}
/// The images of a tensor, each of `inner` elements, with weights.
Fold images(const std::vector<Modulo>& s, Idx inner) {
  return {.columns = static_cast<Idx>(s.size()), .inner = inner, .column_weights = s};
}

/// The images of a tensor, with weights, and in them the channels of each group.
Fold images_and_channels(Idx groups, const std::vector<Modulo>& s, const std::vector<Modulo>& channels, Idx pixels) {
  return {.rows = static_cast<Idx>(s.size()),
          .kept = groups,
          .columns = static_cast<Idx>(channels.size()) / groups,
          .inner = pixels,
          .row_weights = s,
          .column_weights = channels};
}

/// For each group, the sum over n, o of s[n] * r[o] * y[n,o].
Projected project_y(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> s = weights.draw(p.batch), r = weights.draw(p.out_channels);
  const Fold w{.kept = p.groups, .columns = out_of_group(p), .inner = in_of_group(p) * cells(p), .column_weights = r};
  const Fold b{.kept = p.groups, .columns = out_of_group(p), .row_weights = {Weights::total(s)}, .column_weights = r};
  return {with_channels(p, 1, p.groups, p.in_channels, p.groups),
          {images(s, p.in_channels * pixels_of_x(p)), w, b},
          images_and_channels(p.groups, s, r, pixels_of_y(p))};
}

/// For each group, the sum over n, c of s[n] * t[c] * dx[n,c].
Projected project_dx(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> s = weights.draw(p.batch), t = weights.draw(p.in_channels);
  const Fold w{.kept = p.out_channels,
               .columns = in_of_group(p),
               .inner = cells(p),
               .column_weights = t,
               .pairs_per_block = out_of_group(p)};
  return {with_channels(p, 1, p.groups, p.groups, p.out_channels),
          {w, images(s, p.out_channels * pixels_of_y(p))},
          images_and_channels(p.groups, s, t, pixels_of_x(p))};
}

/// The sum over o, c of r[o] * t[c] * dw[o,c]. The groups of an image are images of their own.
Projected project_dw(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> r = weights.draw(p.out_channels), t = weights.draw(p.in_channels);
  const Idx images_of_groups = p.batch * p.groups;
  const Fold x{.kept = images_of_groups, .columns = in_of_group(p), .inner = pixels_of_x(p), .column_weights = t};
  const Fold dy{.kept = images_of_groups, .columns = out_of_group(p), .inner = pixels_of_y(p), .column_weights = r};
  const Fold dw{.rows = p.out_channels,
                .columns = in_of_group(p),
                .inner = cells(p),
                .row_weights = r,
                .column_weights = t,
                .pairs_per_block = out_of_group(p)};
  return {with_channels(p, images_of_groups, 1, 1, 1), {x, dy}, dw};
}

/// One image, on which one window adds all cells of the kernel.
P one_window(P p) {
  p.batch = p.out_height = p.out_width = p.stride_height = p.stride_width = 1;
  p.in_height = p.dilation_height * (p.kernel_height - 1) + 1, p.in_width = p.dilation_width * (p.kernel_width - 1) + 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0;
  return p;
}
/// One image of one pixel, to which each cell of the kernel takes one pixel of y.
P one_pixel(P p) {
  p.batch = p.in_height = p.in_width = 1;
  p.stride_height = p.stride_width = p.dilation_height = p.dilation_width = 1;
  p.out_height = p.kernel_height, p.out_width = p.kernel_width;
  p.pad_top = p.pad_bottom = p.kernel_height - 1, p.pad_left = p.pad_right = p.kernel_width - 1;
  return p;
}
/// A kernel of one cell that adds all pixels of y.
P one_cell(P p) {
  p.in_height = p.out_height, p.in_width = p.out_width, p.kernel_height = p.kernel_width = 1;
  p.stride_height = p.stride_width = p.dilation_height = p.dilation_width = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0;
  return p;
}

Problem alone_in_y(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  return input == 0 ? with_channels(p, p.batch, p.groups, p.in_channels, p.groups) : one_window(p);
}
Problem alone_in_dx(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  return input == 0 ? one_pixel(p) : with_channels(p, p.batch, p.groups, p.groups, p.out_channels);
}
Problem alone_in_dw(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  if (input == 0) return with_channels(p, p.batch, p.groups, p.in_channels, p.groups);
  return one_cell(with_channels(p, p.batch, p.groups, p.groups, p.out_channels));
}

}  // namespace

extern const Projection conv2d_y{project_y, alone_in_y}, conv2d_dx{project_dx, alone_in_dx},
    conv2d_dw{project_dw, alone_in_dw};

}  // namespace cnnspec::checks

// avg_pool2d: its description for the engines.
#include "checks/expect/reference.hpp"
#include "checks/expect/slices.hpp"
#include "checks/layers/avg_pool2d/config.hpp"
#include "checks/layers/avg_pool2d/room.hpp"

namespace cnnspec::checks {
namespace {

using P = AvgPool2dProblem;

namespace body {
constexpr Bodies forward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return each_image(p.batch, [&](Idx n) { return avg_pool2d(image_of(x_shape(p), in[0], n), config_of(p)); });
}>();
constexpr Bodies backward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return each_image(
      p.batch, [&](Idx n) { return avg_pool2d_backward(x_shape(p), image_of(y_shape(p), in[0], n), config_of(p)); });
}>();
}  // namespace body

/// A bound on the cells of a window, and on the windows that contain a cell: one window for each place of the cell in
/// it.
Idx cells_of_window(const Problem& problem) {
  const auto& p = problem.as<P>();
  return p.kernel_height * p.kernel_width;
}

namespace port {
constexpr Port x[]{{"x", Role::x, x_extents<P>}}, y[]{{"y", Role::y, y_extents<P>}};
constexpr Port dy[]{{"dy", Role::y, y_extents<P>}}, dx[]{{"dx", Role::x, x_extents<P>}};
}  // namespace port
constexpr Pass passes[]{
    {Op{12}, "avg_pool2d_forward", port::x, port::y, Arithmetics::sums, cells_of_window, &body::forward, slice_alone,
     &avg_pool2d_means},
    {Op{13}, "avg_pool2d_backward", port::dy, port::dx, Arithmetics::sums, cells_of_window, &body::backward,
     slice_alone, &avg_pool2d_shares},
};

constexpr Field fields[]{
    batch_field,
    {"channels", "ic"},
    in_height_field,
    in_width_field,
    out_height_field,
    out_width_field,
    kernel_height_field,
    kernel_width_field,
    stride_height_field,
    stride_width_field,
    dilation_height_field,
    dilation_width_field,
    pad_top_field,
    pad_left_field,
    pad_bottom_field,
    pad_right_field,
    {"count_include_pad", "cip", Field::Kind::flag, 0, 1},
    {"ceil_mode", "ceil", Field::Kind::flag, 0, 0},
    {"divisor_override", "div", Field::Kind::number, 0, 0},
};

Violation check_problem(const Problem& problem) {
  const auto& p = problem.as<P>();
  const Violation extents = first_of(check_extents("avg_pool2d", {{"batch", p.batch}, {"channels", p.channels}}),
                                     check_window_extents("avg_pool2d", p), check_settings(problem));
  if (!extents.ok()) return extents;
  if (const Violation v = check_avg_pool2d({p.channels, p.in_height, p.in_width}, config_of(p)); !v.ok()) return v;
  const auto y = avg_pool2d_shape(x_shape(p), config_of(p));
  return first_of(check_agree("avg_pool2d", "out_height", y.extent(1), p.out_height),
                  check_agree("avg_pool2d", "out_width", y.extent(2), p.out_width),
                  check_elements("avg_pool2d", "x", {p.batch, p.channels, p.in_height, p.in_width}),
                  check_elements("avg_pool2d", "y", {p.batch, p.channels, p.out_height, p.out_width}));
}

}  // namespace

extern const Layer avg_pool2d_layer{
    .id = ProblemOf<P>::layer,
    .name = "avg_pool2d",
    .problem = "cnnspec_avg_pool2d",
    .example = "mb2ic16ih7kh3sh2ph1_cip0",
    .fields = fields,
    .passes = passes,
    .contract =
        "taps in the padding add 0. The sum is divided by divisor_override unless that is 0, else by the number "
        "of the window's taps in the image and, with count_include_pad, in its padding. With ceil_mode the sizes "
        "are rounded up, but no window begins in the bottom or right padding. Taps beyond the padding do not count.",
    .check = check_problem,
    .taps =
        [](const Problem& problem) {
          const auto& p = problem.as<P>();
          return saturated_product({p.batch, p.channels, p.out_height, p.out_width, cells_of_window(problem)});
        },
    .outputs = [](const Problem& problem,
                  const Line& l) { return conv_out(l.in, l.kernel, l.axis, problem.as<P>().ceil_mode != 0); },
    .drawing = &avg_pool2d_drawing,
    .misreadings = &avg_pool2d_misreadings,
    .checks = &avg_pool2d_checks,
    .network = &avg_pool2d_in_networks,
};

}  // namespace cnnspec::checks

// conv2d: its description for the engines.
#include "checks/expect/reference.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/layers/conv2d/slices.hpp"
#include "checks/vocabulary/ports.hpp"

namespace cnnspec::checks {

extern const Projection conv2d_y, conv2d_dx, conv2d_dw;  // projection.cpp

namespace {

using P = cnnspec_conv2d;

// ---- The specification's loops, over a batch ----

namespace body {
constexpr Bodies forward = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  const auto kernel = image_of(w_shape(p), in[1]);
  return each_image(p.batch, [&](Idx n) {
    const auto x = image_of(x_shape(p), in[0], n);
    if (in[2].empty()) return conv2d(x, kernel, config_of(p));
    return conv2d(x, kernel, Vector<S>(dyn_shape(p.out_channels), in[2]), config_of(p));
  });
}>();
constexpr Bodies backward_input = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  const auto kernel = image_of(w_shape(p), in[0]);
  return each_image(p.batch, [&](Idx n) {
    return conv2d_backward_input(x_shape(p), kernel, image_of(y_shape(p), in[1], n), config_of(p));
  });
}>();
constexpr Bodies backward_kernel = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return sum_of_images(p.batch, [&](Idx n) {
    return conv2d_backward_kernel(image_of(x_shape(p), in[0], n), w_shape(p), image_of(y_shape(p), in[1], n),
                                  config_of(p));
  });
}>();
constexpr Bodies backward_bias = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return sum_of_images(p.batch, [&](Idx n) { return conv2d_backward_bias(image_of(y_shape(p), in[0], n)); });
}>();
}  // namespace body

// ---- Passes ----

Idx window(const P& p) { return p.kernel_height * p.kernel_width; }
Idx terms_of_y(const Problem& problem) {
  const auto& p = problem.as<P>();
  return p.in_channels / p.groups * window(p) + 1;
}
Idx terms_of_dx(const Problem& problem) {
  const auto& p = problem.as<P>();
  return p.out_channels / p.groups * window(p);
}
Idx terms_of_dw_and_db(const Problem& problem) {
  const auto& p = problem.as<P>();
  return p.batch * p.out_height * p.out_width;
}

using Ports = PortsWithWeights<P>;
constexpr Pass passes[]{
    {Op{0}, "conv2d_forward", Ports::x_w_b, Ports::only_y, Arithmetics::products, terms_of_y, &body::forward,
     conv2d_slices_of_y, nullptr, &conv2d_y, true},
    {Op{1}, "conv2d_backward_input", Ports::w_dy, Ports::only_dx, Arithmetics::products, terms_of_dx,
     &body::backward_input, conv2d_slices_of_dx, nullptr, &conv2d_dx, true},
    {Op{2}, "conv2d_backward_kernel", Ports::x_dy, Ports::only_dw, Arithmetics::products, terms_of_dw_and_db,
     &body::backward_kernel, conv2d_slices_of_dw, nullptr, &conv2d_dw, true},
    {Op{3}, "conv2d_backward_bias", Ports::only_dy, Ports::only_db, Arithmetics::sums, terms_of_dw_and_db,
     &body::backward_bias, conv2d_slices_of_db},
};

// ---- Problems ----

constexpr Field fields[]{
    batch_field,           {"groups", "g", Field::Kind::extent, 1, 1},
    {"in_channels", "ic"}, in_height_field,
    in_width_field,        {"out_channels", "oc"},
    out_height_field,      out_width_field,
    kernel_height_field,   kernel_width_field,
    stride_height_field,   stride_width_field,
    dilation_height_field, dilation_width_field,
    pad_top_field,         pad_left_field,
    pad_bottom_field,      pad_right_field,
};

Violation check_problem(const Problem& problem) {
  const auto& p = problem.as<P>();
  const Violation extents = first_of(
      check_extents("conv2d", {{"batch", p.batch}, {"in_channels", p.in_channels}, {"out_channels", p.out_channels}}),
      check_window_extents("conv2d", p));
  if (!extents.ok()) return extents;
  const Idx channels = p.groups < 1 ? p.in_channels : p.in_channels / p.groups;
  const Violation v = check_conv2d({p.in_channels, p.in_height, p.in_width},
                                   {p.out_channels, channels, p.kernel_height, p.kernel_width}, config_of(p));
  if (!v.ok()) return v;
  return first_of(check_out("conv2d", p),
                  check_elements("conv2d", "x", {p.batch, p.in_channels, p.in_height, p.in_width}),
                  check_elements("conv2d", "w", {p.out_channels, channels, p.kernel_height, p.kernel_width}),
                  check_elements("conv2d", "y", {p.batch, p.out_channels, p.out_height, p.out_width}));
}

Idx taps_of(const Problem& problem) {
  const auto& p = problem.as<P>();
  return saturated_product(
      {p.batch, p.out_channels, p.out_height, p.out_width, p.in_channels / p.groups, p.kernel_height, p.kernel_width});
}

}  // namespace

extern const Drawing conv2d_drawing;
extern const Plainness conv2d_plainness;

extern const Misreadings conv2d_misreadings;
extern const LayerRules conv2d_rules;
extern const LayerChecks conv2d_checks;   // checks.cpp
extern const CensusSpaces conv2d_census;  // census.cpp
extern const NetworkLayer conv2d_in_networks;

extern const Layer conv2d_layer{
    .id = ProblemOf<P>::layer,
    .name = "conv2d",
    .problem = "cnnspec_conv2d",
    .example = "mb2ic16ih7oc16oh7kh5ph2",
    .fields = fields,
    .passes = passes,
    .contract =
        "w is OIHW with in_channels/groups input channels. Cross-correlation, as in every deep-learning "
        "framework: the filter is not flipped.",
    .keys = "g mb ic ih iw oc oh ow kh kw sh sw ph pw pb pr dh dw",
    .check = check_problem,
    .taps = taps_of,
    .drawing = &conv2d_drawing,
    .plainness = &conv2d_plainness,
    .misreadings = &conv2d_misreadings,
    .rules = &conv2d_rules,
    .checks = &conv2d_checks,
    .network = &conv2d_in_networks,
    .census = &conv2d_census,
};

}  // namespace cnnspec::checks

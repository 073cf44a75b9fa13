// max_pool2d: its description for the engines.
#include "checks/expect/reference.hpp"
#include "checks/expect/slices.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/layers/max_pool2d/room.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_pool2d;

namespace body {
constexpr Bodies forward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return each_image(p.batch, [&](Idx n) { return max_pool2d(image_of(x_shape(p), in[0], n), config_of(p)); });
}>();
constexpr Bodies backward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return each_image(p.batch, [&](Idx n) {
    return max_pool2d_backward(image_of(x_shape(p), in[0], n), image_of(y_shape(p), in[1], n), config_of(p));
  });
}>();
}  // namespace body

Idx one_term(const Problem&) { return 1; }
// A cell is in at most one window for each place in the window. It wins this window or not.
Idx terms_of_dx(const Problem& problem) {
  const auto& p = problem.as<P>();
  return p.kernel_height * p.kernel_width;
}

namespace port {
constexpr Port x{"x", Role::x, x_extents<P>, /* is_compared */ true}, dx{"dx", Role::x, x_extents<P>};
constexpr Port y{"y", Role::y, y_extents<P>}, dy{"dy", Role::y, y_extents<P>};
}  // namespace port
constexpr Port only_x[]{port::x}, only_y[]{port::y}, x_dy[]{port::x, port::dy}, only_dx[]{port::dx};

constexpr Pass passes[]{
    {Op{4}, "max_pool2d_forward", only_x, only_y, Arithmetics::selects, one_term, &body::forward, slice_alone},
    {Op{5}, "max_pool2d_backward", x_dy, only_dx, Arithmetics::sums, terms_of_dx, &body::backward, slice_alone},
};

constexpr Field fields[]{
    batch_field,         {"channels", "ic"}, in_height_field,       in_width_field,
    out_height_field,    out_width_field,    kernel_height_field,   kernel_width_field,
    stride_height_field, stride_width_field, dilation_height_field, dilation_width_field,
    pad_top_field,       pad_left_field,     pad_bottom_field,      pad_right_field,
};

Violation check_problem(const Problem& problem) {
  const auto& p = problem.as<P>();
  const Violation extents = first_of(check_extents("max_pool2d", {{"batch", p.batch}, {"channels", p.channels}}),
                                     check_window_extents("max_pool2d", p));
  if (!extents.ok()) return extents;
  if (const Violation v = check_max_pool2d({p.channels, p.in_height, p.in_width}, config_of(p)); !v.ok()) return v;
  return first_of(check_out("max_pool2d", p),
                  check_elements("max_pool2d", "x", {p.batch, p.channels, p.in_height, p.in_width}),
                  check_elements("max_pool2d", "y", {p.batch, p.channels, p.out_height, p.out_width}));
}

Idx taps_of(const Problem& problem) {
  const auto& p = problem.as<P>();
  return saturated_product({p.batch, p.channels, p.out_height, p.out_width, p.kernel_height, p.kernel_width});
}

}  // namespace

extern const Drawing max_pool2d_drawing;
extern const Plainness max_pool2d_plainness;

extern const Misreadings max_pool2d_misreadings;
extern const LayerRules max_pool2d_rules;
extern const LayerChecks max_pool2d_checks;   // checks.cpp
extern const CensusSpaces max_pool2d_census;  // census.cpp
extern const NetworkLayer max_pool2d_in_networks;

extern const Layer max_pool2d_layer{
    .id = ProblemOf<P>::layer,
    .name = "max_pool2d",
    .problem = "cnnspec_pool2d",
    .example = "mb16ic64ih32oh16kh3sh2ph1",
    .fields = fields,
    .passes = passes,
    .contract =
        "padding never wins; the first of tied cells in row-major window order wins; a NaN cell replaces the best.",
    .keys = "mb ic ih iw oh ow kh kw sh sw ph pw pb pr dh dw",
    .check = check_problem,
    .taps = taps_of,
    .is_meant_by =
        [](const std::vector<std::string>& keys) {
          return has_any(keys, {"kh", "kw", "kd"}) && !has_any(keys, {"oc"});
        },
    .drawing = &max_pool2d_drawing,
    .plainness = &max_pool2d_plainness,
    .data = &max_pool2d_data,
    .misreadings = &max_pool2d_misreadings,
    .rules = &max_pool2d_rules,
    .checks = &max_pool2d_checks,
    .network = &max_pool2d_in_networks,
    .census = &max_pool2d_census,
};

}  // namespace cnnspec::checks

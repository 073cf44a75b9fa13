// linear: its description for the engines.
#include "checks/expect/reference.hpp"
#include "checks/expect/slices.hpp"
#include "checks/layers/linear/problem.hpp"
#include "checks/vocabulary/ports.hpp"
#include "checks/vocabulary/window.hpp"
#include "cnnspec/linear.hpp"

namespace cnnspec::checks {

extern const Projection linear_y, linear_dx, linear_dw;  // projection.cpp

namespace {

using P = cnnspec_linear;

namespace body {
constexpr Bodies forward = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  const auto weight = image_of(w_shape(p), in[1]);
  return each_image(p.batch, [&](Idx n) {
    const auto x = image_of(x_shape(p), in[0], n);
    return in[2].empty() ? linear(x, weight) : linear(x, weight, Vector<S>(y_shape(p), in[2]));
  });
}>();
constexpr Bodies backward_input = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  const auto weight = image_of(w_shape(p), in[0]);
  return each_image(p.batch, [&](Idx n) { return linear_backward_input(weight, image_of(y_shape(p), in[1], n)); });
}>();
constexpr Bodies backward_weight = projected_bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return sum_of_images(p.batch, [&](Idx n) {
    return linear_backward_weight(image_of(x_shape(p), in[0], n), image_of(y_shape(p), in[1], n));
  });
}>();
constexpr Bodies backward_bias = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto& p = problem.as<P>();
  return sum_of_images(p.batch, [&](Idx n) { return linear_backward_bias(image_of(y_shape(p), in[0], n)); });
}>();
}  // namespace body

Idx terms_of_y(const Problem& problem) { return problem.as<P>().in_features + 1; }
Idx terms_of_dx(const Problem& problem) { return problem.as<P>().out_features; }
Idx terms_of_dw_and_db(const Problem& problem) { return problem.as<P>().batch; }

// A sample: one image and feature, or one weight.
Slices slices_of_y(const Problem& problem, const Box& y) {
  return {P{1, problem.as<P>().in_features, 1}, {{y[0]}, {y[1]}, {y[1]}}};
}
Slices slices_of_dx(const Problem& problem, const Box& dx) {
  const Range outputs{0, problem.as<P>().out_features};
  return {P{1, 1, outputs.count}, {{outputs, dx[1]}, {dx[0]}}};
}
Slices slices_of_dw(const Problem& problem, const Box& dw) {
  const Range batch{0, problem.as<P>().batch};
  return {P{batch.count, 1, 1}, {{batch, dw[1]}, {batch, dw[0]}}};
}
Slices slices_of_db(const Problem& problem, const Box& db) {
  const Range batch{0, problem.as<P>().batch};
  return {P{batch.count, 1, 1}, {{batch, db[0]}}};
}

using Ports = PortsWithWeights<P>;
constexpr Pass passes[]{
    {Op{8}, "linear_forward", Ports::x_w_b, Ports::only_y, Arithmetics::products, terms_of_y, &body::forward,
     slices_of_y, nullptr, &linear_y},
    {Op{9}, "linear_backward_input", Ports::w_dy, Ports::only_dx, Arithmetics::products, terms_of_dx,
     &body::backward_input, slices_of_dx, nullptr, &linear_dx},
    {Op{10}, "linear_backward_weight", Ports::x_dy, Ports::only_dw, Arithmetics::products, terms_of_dw_and_db,
     &body::backward_weight, slices_of_dw, nullptr, &linear_dw},
    {Op{11}, "linear_backward_bias", Ports::only_dy, Ports::only_db, Arithmetics::sums, terms_of_dw_and_db,
     &body::backward_bias, slices_of_db},
};

constexpr Field fields[]{batch_field, {"in_features", "ic"}, {"out_features", "oc"}};
constexpr Factor factors[]{{"ih", "", "ic"}, {"iw", "ih", "ic"}};

Violation check_problem(const Problem& problem) {
  const auto& p = problem.as<P>();
  const Violation extents =
      check_extents("linear", {{"batch", p.batch}, {"in_features", p.in_features}, {"out_features", p.out_features}});
  if (!extents.ok()) return extents;
  return first_of(check_elements("linear", "x", {p.batch, p.in_features}),
                  check_elements("linear", "w", {p.out_features, p.in_features}),
                  check_elements("linear", "y", {p.batch, p.out_features}));
}

Idx taps_of(const Problem& problem) {
  const auto& p = problem.as<P>();
  return saturated_product({p.batch, p.in_features, p.out_features});
}

}  // namespace

extern const Drawing linear_drawing;

extern const Misreadings linear_misreadings;
extern const LayerChecks linear_checks;   // checks.cpp
extern const CensusSpaces linear_census;  // census.cpp
extern const NetworkLayer linear_in_networks;

extern const Layer linear_layer{
    .id = ProblemOf<P>::layer,
    .name = "linear",
    .problem = "cnnspec_linear",
    .example = "mb1ic256oc1000",
    .fields = fields,
    .passes = passes,
    .contract = "w is [out, in].",
    .keys = "mb ic ih iw oc",
    .factors = factors,
    .check = check_problem,
    .taps = taps_of,
    .is_meant_by =
        [](const std::vector<std::string>& keys) {
          return has_any(keys, {"oc"}) && !has_any(keys, {"kh", "kw", "kd", "oh", "ow"});
        },
    .drawing = &linear_drawing,
    .misreadings = &linear_misreadings,
    .checks = &linear_checks,
    .network = &linear_in_networks,
    .census = &linear_census,
};

}  // namespace cnnspec::checks

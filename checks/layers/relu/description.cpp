// relu: its description for the engines.
#include "checks/expect/reference.hpp"
#include "checks/expect/slices.hpp"
#include "checks/layers/relu/problem.hpp"
#include "checks/layers/relu/room.hpp"
#include "checks/vocabulary/window.hpp"
#include "cnnspec/relu.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_elementwise;

namespace body {
constexpr Bodies forward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  return relu(image_of(x_shape(problem.as<P>()), in[0])).elements();
}>();
constexpr Bodies backward = bodies_of<[]<class S>(const Problem& problem, const Operands<S>& in) {
  const auto shape = x_shape(problem.as<P>());
  return relu_backward(image_of(shape, in[0]), image_of(shape, in[1])).elements();
}>();
}  // namespace body

Idx one_term(const Problem&) { return 1; }

namespace port {
constexpr Port x{"x", Role::x, x_extents<P>, /* is_compared */ true}, dx{"dx", Role::x, x_extents<P>};
constexpr Port y{"y", Role::y, y_extents<P>}, dy{"dy", Role::y, y_extents<P>};
}  // namespace port
constexpr Port only_x[]{port::x}, only_y[]{port::y}, x_dy[]{port::x, port::dy}, only_dx[]{port::dx};

constexpr Pass passes[]{
    {Op{6}, "relu_forward", only_x, only_y, Arithmetics::selects, one_term, &body::forward, slice_alone},
    {Op{7}, "relu_backward", x_dy, only_dx, Arithmetics::selects, one_term, &body::backward, slice_alone},
};

constexpr Field fields[]{{"count", ""}};

Violation check_problem(const Problem& problem) {
  return check_extents("elementwise", {{"count", problem.as<P>().count}});
}

}  // namespace

extern const Drawing relu_drawing;

extern const Misreadings relu_misreadings;
extern const LayerRules relu_rules;
extern const LayerChecks relu_checks;  // checks.cpp
extern const NetworkLayer relu_in_networks;

extern const Layer relu_layer{
    .id = ProblemOf<P>::layer,
    .name = "relu",
    .problem = "cnnspec_elementwise",
    .example = "8x16x7x7",
    .fields = fields,
    .passes = passes,
    .contract = "y = x <= 0 ? 0 : x and dx = x <= 0 ? 0 : dy.",
    .check = check_problem,
    .taps = [](const Problem& problem) { return problem.as<P>().count; },
    .is_meant_by = [](const std::vector<std::string>& keys) { return keys.size() == 1 && keys.front().empty(); },
    .drawing = &relu_drawing,
    .data = &relu_data,
    .misreadings = &relu_misreadings,
    .rules = &relu_rules,
    .checks = &relu_checks,
    .network = &relu_in_networks,
};

}  // namespace cnnspec::checks

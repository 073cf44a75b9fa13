#include "checks/golden/golden.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "checks/data/literal_data.hpp"
#include "checks/vocabulary/stream.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// The operation of a layer that dy is drawn for: the first that takes it and x, else the first that takes it.
const Pass& takes_dy(const Layer& layer) {
  const auto takes = [](const Pass& p, Role role) {
    return std::ranges::find(p.inputs, role, &Port::role) != p.inputs.end();
  };
  const auto backward = layer.passes.subspan(1);
  const auto both =
      std::ranges::find_if(backward, [&](const Pass& p) { return takes(p, Role::x) && takes(p, Role::y); });
  if (both != backward.end()) return *both;
  return *std::ranges::find_if(backward, [&](const Pass& p) { return takes(p, Role::y); });
}
/// Which of its inputs it is: the last, where y is one too.
std::size_t place_of_dy(const Pass& pass) {
  std::size_t n = pass.inputs.size() - 1;
  while (pass.inputs[n].role != Role::y) --n;
  return n;
}

std::vector<Op> ops_of(const Layer& layer) {
  std::vector<Op> ops;
  for (const Pass& pass : layer.passes) ops.push_back(pass.op);
  return ops;
}

void add_inputs(Golden& golden, const Operation& operation, const Operands<double>& values) {
  for (std::size_t n = 0; n < values.size(); ++n)
    if (!values[n].empty()) golden.inputs.push_back({operation.inputs[n], values[n]});
}

/// x, w and b as the forward operation gets them, and a dy of its own stream.
void draw_inputs(Golden& golden, const Layer& layer, const Arithmetic& arithmetic) {
  const GoldenCase& c = golden.made_of;
  const Operation forward = operation_of(layer.passes.front().op, c.problem);
  const Pass& pass = takes_dy(layer);
  const Operation backward = operation_of(pass.op, c.problem);
  add_inputs(golden, forward, make_data(forward, arithmetic, c.seed, c.data).front().inputs);
  const Operands<double> inputs = make_data(backward, arithmetic, mix(c.seed), c.data).front().inputs;
  golden.inputs.push_back({backward.inputs[place_of_dy(pass)], inputs[place_of_dy(pass)]});
}

/// Literal data for all inputs of a layer at once.
void parse_inputs(Golden& golden, const Layer& layer) {
  const GoldenCase& c = golden.made_of;
  Operation all = operation_of(layer.passes.front().op, c.problem);
  const Pass& pass = takes_dy(layer);
  const TensorInfo dy = operation_of(pass.op, c.problem).inputs[place_of_dy(pass)];
  all.inputs.insert(all.inputs.end() - (all.inputs.back().is_optional ? 1 : 0), dy);  // the bias stays last
  add_inputs(golden, all, parse_literal(all, c.dtype, c.data));
}

/// In the order of the operation.
Operands<double> inputs_of(const Golden& golden, const Operation& operation) {
  Operands<double> inputs;
  for (const TensorInfo& tensor : operation.inputs) {
    std::vector<double>& values = inputs.emplace_back();
    for (const GoldenInput& input : golden.inputs)
      if (std::string_view(input.tensor.name) == tensor.name) values = input.values;
  }
  return inputs;
}

}  // namespace

std::vector<Op> ops_named(const std::string& name) {
  if (const Layer* const layer = find_layer(name); layer != nullptr && !layer->passes.empty()) return ops_of(*layer);
  if (const Pass* const pass = find_pass(name)) return {pass->op};
  std::vector<std::string> known = names_of_operations();
  for (std::string& layer : names_of_layers()) known.push_back(std::move(layer));
  throw UsageError("--op", "", one_of(known, name), in_quotes(name));
}

GoldenOutput golden_output(const Operation& operation, const Expectation& expected) {
  GoldenOutput output{operation.op, operation.outputs.front(), {}, {}};
  for (std::size_t n = 0; n < expected.values.size(); ++n) {
    const double value = static_cast<double>(expected.values[n]);
    double bound = expected.bound(n);
    // NaN and infinities are the same in both types, and what must be equal is a number of the storage type.
    if (const long double rounded = std::fabs(expected.values[n] - value); rounded > 0)
      bound = std::nextafter(static_cast<double>(bound + rounded), std::numeric_limits<double>::infinity());
    output.expected.push_back(value);
    output.bounds.push_back(bound);
  }
  return output;
}

Golden make_golden(const GoldenCase& c) {
  const Arithmetic arithmetic = arithmetic_for(c.dtype, c.profile);
  Golden golden{c, {}, {}};
  if (c.ops.size() == 1) {
    const Operation operation = operation_of(c.ops.front(), c.problem);
    const DataSet set = make_data(operation, arithmetic, c.seed, c.data).front();
    add_inputs(golden, operation, set.inputs);
    golden.outputs.push_back(golden_output(operation, set.expected));
    return golden;
  }
  const Layer& layer = layer_of(c.ops.front());
  assert(c.ops == ops_of(layer));
  if (is_literal(c.data))
    parse_inputs(golden, layer);
  else
    draw_inputs(golden, layer, arithmetic);
  for (const Op op : c.ops) {
    const Operation operation = operation_of(op, c.problem);
    const DataOptions options{.specials = !is_literal(c.data)};
    DataSet set = given_data(operation, arithmetic, inputs_of(golden, operation), options);
    const DataFamily* const family = find_data_family(c.data);
    if (family != nullptr && family->is_left_open) leave_open(operation, set);
    golden.outputs.push_back(golden_output(operation, set.expected));
  }
  return golden;
}

}  // namespace cnnspec::checks

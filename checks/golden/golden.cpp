#include "checks/golden/golden.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <filesystem>
#include <limits>

#include "checks/data/literal_data.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/golden/in_digits.hpp"
#include "checks/golden/tensor_source.hpp"
#include "checks/vocabulary/stream.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// The operation that dy is drawn for: the first one with inputs dy and x, else the first one with input dy.
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
/// The index of dy among the inputs: the last input with the role of y, as y may be an input too.
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

bool has(const Golden& golden, const TensorInfo& tensor) {
  return std::ranges::any_of(
      golden.inputs, [&](const GoldenInput& input) { return std::string_view(input.tensor.name) == tensor.name; });
}

/// Draws x, w and b for the forward operation, dy from its own stream, and the remaining inputs of the other
/// operations.
void draw_inputs(Golden& golden, const Layer& layer, const Arithmetic& arithmetic) {
  const GoldenCase& c = golden.made_of;
  const Operation forward = operation_of(layer.passes.front().op, c.problem);
  const Pass& pass = takes_dy(layer);
  const Operation backward = operation_of(pass.op, c.problem);
  add_inputs(golden, forward, make_data(forward, arithmetic, c.seed, c.data).front().inputs);
  const Operands<double> inputs = make_data(backward, arithmetic, mix(c.seed), c.data).front().inputs;
  golden.inputs.push_back({backward.inputs[place_of_dy(pass)], inputs[place_of_dy(pass)]});
  for (const Pass& other : layer.passes.subspan(1)) {
    const Operation operation = operation_of(other.op, c.problem);
    const auto is_missing = [&](const TensorInfo& t) { return !t.is_optional && !has(golden, t); };
    if (std::ranges::none_of(operation.inputs, is_missing)) continue;
    const Operands<double> drawn = make_data(operation, arithmetic, mix(mix(c.seed)), c.data).front().inputs;
    for (std::size_t n = 0; n < drawn.size(); ++n)
      if (is_missing(operation.inputs[n])) golden.inputs.push_back({operation.inputs[n], drawn[n]});
  }
}

/// Literal data for all inputs of a layer at once. Optional inputs stay last.
void parse_inputs(Golden& golden, const Layer& layer) {
  const GoldenCase& c = golden.made_of;
  Operation all = operation_of(layer.passes.front().op, c.problem);
  for (const Pass& other : layer.passes.subspan(1))
    for (const TensorInfo& tensor : operation_of(other.op, c.problem).inputs)
      if (std::ranges::find(all.inputs, std::string_view(tensor.name), &TensorInfo::name) == all.inputs.end())
        all.inputs.insert(std::ranges::find(all.inputs, true, &TensorInfo::is_optional), tensor);
  add_inputs(golden, all, parse_literal(all, c.dtype, c.data));
}

/// The inputs in the order of the operation.
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

std::vector<GoldenOutput> golden_outputs(const Operation& operation, const Expectation& expected) {
  std::vector<GoldenOutput> outputs;
  std::size_t n = 0;
  for (const TensorInfo& tensor : operation.outputs) {
    GoldenOutput& output = outputs.emplace_back(GoldenOutput{operation.op, tensor, {}, {}});
    for (Idx count = tensor.count(); count > 0; --count, ++n) {
      const double value = static_cast<double>(expected.values[n]);
      double bound = expected.bound(n);
      // NaN and infinities convert exactly, and an element that must be equal is a number of the storage type.
      if (const long double rounded = std::fabs(expected.values[n] - value); rounded > 0)
        bound = std::nextafter(static_cast<double>(bound + rounded), std::numeric_limits<double>::infinity());
      output.expected.push_back(value);
      output.bounds.push_back(bound);
    }
  }
  return outputs;
}

Golden make_golden(const GoldenCase& c) {
  const Arithmetic arithmetic = arithmetic_for(c.dtype, c.profile);
  Golden golden{c, {}, {}};
  if (c.ops.size() == 1) {
    const Operation operation = operation_of(c.ops.front(), c.problem);
    const DataSet set = make_data(operation, arithmetic, c.seed, c.data).front();
    add_inputs(golden, operation, set.inputs);
    golden.outputs = golden_outputs(operation, set.expected);
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
    for (GoldenOutput& output : golden_outputs(operation, set.expected)) golden.outputs.push_back(std::move(output));
  }
  return golden;
}

Operands<double> read_inputs(const Operation& operation, DType dtype, const GivenInputs& inputs) {
  const auto required = std::ranges::count(operation.inputs, false, &TensorInfo::is_optional);
  if (std::ssize(inputs) < required || inputs.size() > operation.inputs.size()) {
    std::vector<std::string> names;
    for (const TensorInfo& t : operation.inputs)
      names.push_back(t.is_optional ? "[" + std::string(t.name) + "]" : t.name);
    throw UsageError(name_of(operation.op), "", "tensors for " + joined(names, " "),
                     std::to_string(inputs.size()) + (inputs.size() == 1 ? " tensor" : " tensors"));
  }
  Operands<double> values(operation.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TensorInfo& tensor = operation.inputs[i];
    const std::string type = npy_of(tensor.element, dtype);
    values[i] = input_values(read_tensor(inputs[i], {type}, tensor.extents, type), dtype, tensor, inputs[i]);
  }
  return values;
}

namespace {

Operands<double> read_folder(const Operation& operation, DType dtype, const std::string& folder) {
  Operands<double> values;
  for (const TensorInfo& tensor : operation.inputs) values.push_back(read_input(folder, dtype, tensor));
  return values;
}

}  // namespace

Golden make_golden(GoldenCase c, const GivenInputs& inputs) {
  c.data = given_data_name;
  const Arithmetic arithmetic = arithmetic_for(c.dtype, c.profile);
  const bool is_folder = inputs.size() == 1 && std::filesystem::is_directory(inputs.front());
  if (!is_folder && c.ops.size() > 1)
    throw UsageError("--inputs", "", "a folder, for all operations of a layer", in_quotes(joined(inputs, " ")));
  Golden golden{std::move(c), {}, {}};
  for (const Op op : golden.made_of.ops) {
    const Operation operation = operation_of(op, golden.made_of.problem);
    Operands<double> values = is_folder ? read_folder(operation, golden.made_of.dtype, inputs.front())
                                        : read_inputs(operation, golden.made_of.dtype, inputs);
    for (std::size_t n = 0; n < values.size(); ++n)
      if (!values[n].empty() && !has(golden, operation.inputs[n]))
        golden.inputs.push_back({operation.inputs[n], values[n]});
    const bool has_digits = golden.made_of.scalar != GoldenCase{}.scalar;
    const std::vector<std::string> all_digits =
        has_digits ? results_in_digits(operation, values, golden.made_of.scalar) : std::vector<std::string>{};
    const DataSet set = given_data(operation, arithmetic, std::move(values));
    auto terms = set.expected.terms.begin();
    auto digits = all_digits.begin();
    for (GoldenOutput& output : golden_outputs(operation, set.expected)) {
      output.terms.assign(terms, terms + output.tensor.count());
      terms += output.tensor.count();
      if (has_digits) {
        output.digits.assign(digits, digits + output.tensor.count());
        digits += output.tensor.count();
      }
      golden.outputs.push_back(std::move(output));
    }
  }
  return golden;
}

}  // namespace cnnspec::checks

#include "checks/describe/network_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr Idx schema = 1;

// ---- JSON to a network.

/// A value in a description, and its position.
class Value {
 public:
  Value(const json& value, const std::string& where) : Value(value, where, json::json_pointer()) {}

  [[noreturn]] void refuse(const std::string& expected) const { refuse(expected, shown()); }
  [[noreturn]] void refuse(const std::string& expected, const std::string& given) const {
    throw UsageError(where_, pointer_.to_string(), expected, given);
  }
  bool is(const std::string& dumped) const { return value_.dump() == dumped; }
  bool is_array() const { return value_.is_array(); }

  bool has(const std::string& key) const { return value_.contains(key); }
  Value operator[](const std::string& key) const {
    if (!has(key)) refuse(fmt::format("a key \"{}\"", key), "none");
    return {value_.at(key), where_, pointer_ / key};
  }
  std::vector<Value> elements() const {
    if (!value_.is_array()) refuse("an array");
    std::vector<Value> result;
    for (std::size_t n = 0; n < value_.size(); ++n) result.push_back({value_[n], where_, pointer_ / n});
    return result;
  }
  void require_object() const {
    if (!value_.is_object()) refuse("an object");
  }
  void require_keys(const std::vector<std::string>& known) const {
    for (const auto& [key, value] : value_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        refuse(one_of(known, key), "key " + in_quotes(key));
  }

  std::string string() const {
    if (!value_.is_string()) refuse("a string");
    return value_.get<std::string>();
  }
  /// A string that is not empty and has no control characters.
  std::string name() const {
    std::string text = string();
    constexpr std::size_t most = 100;
    if (text.empty() || text.size() > most || text != printable(text))
      refuse(fmt::format("a name of 1 to {} bytes without control characters", most));
    return text;
  }
  Idx integer(Idx least) const {
    constexpr Idx most = std::numeric_limits<Idx>::max();
    const bool too_large = value_.is_number_unsigned() && value_.get<std::uint64_t>() > std::uint64_t{most};
    if (!value_.is_number_integer() || too_large || value_.get<Idx>() < least)
      refuse(fmt::format("an integer from {} to {}", least, most));
    return value_.get<Idx>();
  }
  bool boolean() const {
    if (!value_.is_boolean()) refuse("true or false");
    return value_.get<bool>();
  }
  double real() const {
    if (!value_.is_number()) refuse("a number");
    return value_.get<double>();
  }
  /// The index of the value in `names`.
  Idx choice(std::span<const char* const> names) const {
    const std::string given = string();
    const auto found = std::ranges::find(names, given);
    if (found == names.end()) refuse(one_of({names.begin(), names.end()}, given));
    return found - names.begin();
  }
  std::vector<Idx> integers(Idx least) const {
    std::vector<Idx> result;
    for (const Value& element : elements()) result.push_back(element.integer(least));
    return result;
  }

 private:
  Value(const json& value, const std::string& where, const json::json_pointer& pointer)
      : value_(value), where_(where), pointer_(pointer) {}
  std::string shown() const {
    const std::string text = value_.is_object() ? "an object" : value_.dump();
    return text.size() <= 60 ? printable(text) : "something longer";
  }

  const json& value_;
  const std::string& where_;
  json::json_pointer pointer_;
};

/// n, or [height, width].
std::array<Idx, 2> both_axes(const Value& value, Idx least) {
  if (!value.is_array()) return {value.integer(least), value.integer(least)};
  const std::vector<Idx> axes = value.integers(least);
  if (axes.size() != 2) value.refuse("an integer or [height, width]");
  return {axes[0], axes[1]};
}

/// n, [height, width] or [top, left, bottom, right], as top, left, bottom, right.
std::array<Idx, 4> padding(const Value& value) {
  if (!value.is_array() || value.elements().size() == 2) {
    const auto [height, width] = both_axes(value, 0);
    return {height, width, height, width};
  }
  const std::vector<Idx> sides = value.integers(0);
  if (sides.size() != 4) value.refuse("an integer, [height, width] or [top, left, bottom, right]");
  return {sides[0], sides[1], sides[2], sides[3]};
}

/// The line of one axis; the kernel is part of it.
Line line_of(Idx kernel, Idx stride, Idx before, Idx after, Idx dilation) {
  return {0, 0, kernel, {stride, before, after, dilation}};
}

void read_window(Problem& to, const Value& layer) {
  const auto kernel = both_axes(layer["kernel"], 1);
  const std::array<Idx, 2> ones{1, 1};
  const auto stride = layer.has("stride") ? both_axes(layer["stride"], 1) : is_pool(layer_of(to)) ? kernel : ones;
  const auto dilation = layer.has("dilation") ? both_axes(layer["dilation"], 1) : ones;
  const auto pad = layer.has("padding") ? padding(layer["padding"]) : std::array<Idx, 4>{};
  set_height(to, line_of(kernel[0], stride[0], pad[0], pad[2], dilation[0]));
  set_width(to, line_of(kernel[1], stride[1], pad[1], pad[3], dilation[1]));
}

// ---- The settings of a layer, by the names of their fields.

void set_usual(Problem& to, std::size_t n, const Field& field) {
  if (field.kind == Field::Kind::real)
    to.set_real(n, *field.usual);
  else
    to.set(n, static_cast<Idx>(*field.usual));
}

void read_setting(Problem& to, std::size_t n, const Field& field, const Value& value) {
  switch (field.kind) {
    case Field::Kind::extent:
    case Field::Kind::derived:
    case Field::Kind::number:
      return to.set(n, value.integer(static_cast<Idx>(field.least)));
    case Field::Kind::flag:
      return to.set(n, value.boolean() ? 1 : 0);
    case Field::Kind::choice:
      return to.set(n, value.choice(field.choices));
    case Field::Kind::real:
      return to.set_real(n, value.real());
  }
}

ordered_json setting_of(const Problem& problem, std::size_t n, const Field& field) {
  if (field.kind == Field::Kind::real) return problem.real(n);
  if (field.kind == Field::Kind::flag) return problem.integer(n) != 0;
  if (field.kind == Field::Kind::choice) return field.choices[static_cast<std::size_t>(problem.integer(n))];
  return problem.integer(n);
}

/// The settings that must be given, or those that may be left out.
std::vector<std::string> settings_of(const Layer& layer, bool may_be_left_out) {
  std::vector<std::string> names = settings_of(layer);
  std::erase_if(names, [&](const std::string& name) {
    return layer.fields[known_place_of(layer, name)].usual.has_value() != may_be_left_out;
  });
  return names;
}

Definition definition_from(const Layer& layer, const Value& given) {
  Problem numbers(layer.id, layer.fields.size());
  if (has_window(layer)) read_window(numbers, given);
  for (const std::string& name : settings_of(layer)) {
    const std::size_t n = known_place_of(layer, name);
    const Field& field = layer.fields[n];
    if (field.usual && !given.has(name))
      set_usual(numbers, n, field);
    else
      read_setting(numbers, n, field, given[name]);
  }
  return definition_of(numbers);
}

const std::vector<std::string> derived_of_layer{"input_shape", "output_shape", "parameters", "mult_adds"};
const std::vector<std::string> derived_of_network{"schema", "output_shape", "parameters", "mult_adds", "activations"};

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// The keys of this layer, without those of every layer.
std::vector<std::string> keys_of(const Layer& layer) {
  std::vector<std::string> keys = settings_of(layer, false);
  if (has_window(layer)) append(keys, {"kernel", "stride", "padding", "dilation"});
  append(keys, settings_of(layer, true));
  return keys;
}

const Layer& kind_of(const Value& layer) {
  const std::string given = layer["kind"].string();
  if (const Layer* const kind = find_layer(given); kind != nullptr && kind->network != nullptr) return *kind;
  std::vector<std::string> known;
  for (const Layer* kind : layers_of_networks()) known.emplace_back(kind->name);
  layer["kind"].refuse(one_of(known, given));
}

LayerDefinition layer_from(const Value& layer) {
  layer.require_object();
  const Layer& kind = kind_of(layer);
  std::vector<std::string> keys{"kind", "name"};
  append(keys, keys_of(kind));
  append(keys, derived_of_layer);
  layer.require_keys(keys);
  return {layer.has("name") ? layer["name"].name() : "", definition_from(kind, layer)};
}

NamedNetwork network_from(const Value& root) {
  root.require_object();
  std::vector<std::string> keys{"name", "input", "layers"};
  append(keys, derived_of_network);
  root.require_keys(keys);
  NamedNetwork network{root.has("name") ? root["name"].name() : "network", {}};
  network.definition.input = root["input"].integers(1);
  if (network.definition.input.size() != 1 && network.definition.input.size() != 3)
    root["input"].refuse("[channels, height, width] or [features]");
  const std::vector<Value> layers = root["layers"].elements();
  if (layers.empty() || layers.size() > most_network_layers)
    root["layers"].refuse(fmt::format("1 to {} layers", most_network_layers), std::to_string(layers.size()));
  for (const Value& layer : layers) network.definition.layers.push_back(layer_from(layer));
  return network;
}

// ---- A network to JSON.

ordered_json to_json(const LayerDescription& layer, Idx mult_adds) {
  ordered_json result{{"kind", layer.kind}, {"name", layer.name}};
  const Layer* const kind = find_layer(layer.kind);
  const auto add_settings = [&](bool may_be_left_out) {
    if (kind == nullptr || kind->network == nullptr || kind->passes.empty()) return;
    const Problem problem = problem_of(layer, 1);
    for (const std::string& name : settings_of(*kind, may_be_left_out)) {
      const std::size_t n = known_place_of(*kind, name);
      result[name] = setting_of(problem, n, kind->fields[n]);
    }
  };
  add_settings(false);
  if (const auto w = window_of(layer)) {
    result["kernel"] = {w->kernel_height, w->kernel_width};
    result["stride"] = {w->stride_height, w->stride_width};
    result["padding"] = {w->top, w->left, w->bottom, w->right};
    result["dilation"] = {w->dilation_height, w->dilation_width};
  }
  add_settings(true);
  result["input_shape"] = layer.input;
  result["output_shape"] = layer.output;
  result["parameters"] = layer.parameters;
  result["mult_adds"] = mult_adds;
  return result;
}

ordered_json to_json(const Summary& network) {
  ordered_json layers = ordered_json::array();
  for (std::size_t n = 0; n < network.layers.size(); ++n)
    layers.push_back(to_json(network.layers[n], network.mult_adds[n]));
  return {{"schema", schema},
          {"name", network.name},
          {"input", network.input},
          {"layers", std::move(layers)},
          {"output_shape", network.output()},
          {"parameters", network.parameters},
          {"mult_adds", network.total_mult_adds},
          {"activations", network.activations}};
}

/// A name from a program may contain invalid UTF-8: such bytes are replaced.
std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// ---- Additions of a description to the network itself.

void require_true(const Value& said, const std::vector<std::string>& keys, const ordered_json& truth) {
  for (const std::string& key : keys)
    if (said.has(key) && !said[key].is(dump(truth[key]))) said[key].refuse(dump(truth[key]));
}

void require_distinct_names(const Value& layers, const Summary& network) {
  std::unordered_map<std::string, std::size_t> layer_of;
  for (std::size_t n = 0; n < network.layers.size(); ++n)
    if (const auto [earlier, is_new] = layer_of.emplace(network.layers[n].name, n); !is_new)
      layers.elements()[n].refuse(
          "a name of its own", fmt::format("{}, the name of /layers/{}", in_quotes(earlier->first), earlier->second));
}

}  // namespace

NamedNetwork parse_network(std::string_view text, const std::string& where) {
  const json parsed = parse_strict_json(text, where);
  const Value root(parsed, where);
  NamedNetwork network = network_from(root);
  const Summary summary = summarize(network);
  require_distinct_names(root["layers"], summary);
  const ordered_json truth = to_json(summary);
  require_true(root, derived_of_network, truth);
  const std::vector<Value> layers = root["layers"].elements();
  for (std::size_t n = 0; n < layers.size(); ++n) require_true(layers[n], derived_of_layer, truth["layers"][n]);
  return network;
}

std::string window_help() {
  std::string groups, pools;
  for (const Layer* layer : layers_of_networks()) {
    if (!has_window(*layer)) continue;
    std::vector<std::string> more;
    for (const std::string& name : settings_of(*layer, true)) more.push_back(in_quotes(name));
    if (!more.empty()) groups += fmt::format(" and, for {}, {}", layer->name, joined(more, ", "));
    if (is_pool(*layer)) pools += (pools.empty() ? "" : ", ") + std::string(layer->name);
  }
  return fmt::format(R"(Windows also take "stride", "dilation"{}. n stands for both axes, [height, width] for each;
padding can be [top, left, bottom, right]; the stride of {} is its kernel where left out.
)",
                     groups, pools);
}

/// One line for each layer.
std::string format_network(const Summary& network) {
  const ordered_json description = to_json(network);
  std::string text;
  for (const auto& [key, value] : description.items()) {
    text += fmt::format("{}\n  \"{}\": ", text.empty() ? "{" : ",", key);
    if (key != "layers") {
      text += dump(value);
      continue;
    }
    const char* separator = "[";
    for (const ordered_json& layer : value)
      text += fmt::format("{}\n    {}", std::exchange(separator, ","), dump(layer));
    text += value.empty() ? "[]" : "\n  ]";
  }
  return text + "\n}\n";
}

}  // namespace cnnspec::checks

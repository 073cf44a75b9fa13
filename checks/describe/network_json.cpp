#include "checks/describe/network_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr Idx schema = 1;

// ---- JSON to a network.

/// A value in a description, and where it stands.
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

std::pair<Axis, Axis> window_axes(const Value& layer, const std::array<Idx, 2>& default_stride) {
  const auto stride = layer.has("stride") ? both_axes(layer["stride"], 1) : default_stride;
  const auto dilation = layer.has("dilation") ? both_axes(layer["dilation"], 1) : std::array<Idx, 2>{1, 1};
  const auto pad = layer.has("padding") ? padding(layer["padding"]) : std::array<Idx, 4>{};
  return {Axis{stride[0], pad[0], pad[2], dilation[0]}, Axis{stride[1], pad[1], pad[3], dilation[1]}};
}

using What = decltype(LayerDefinition::what);

What conv2d_from(const Value& layer) {
  const auto kernel = both_axes(layer["kernel"], 1);
  const auto [height, width] = window_axes(layer, {1, 1});
  const Idx groups = layer.has("groups") ? layer["groups"].integer(1) : 1;
  return Conv2dDefinition{layer["out_channels"].integer(1), kernel[0], kernel[1], {height, width, groups}};
}
What max_pool2d_from(const Value& layer) {
  const auto kernel = both_axes(layer["kernel"], 1);
  const auto [height, width] = window_axes(layer, kernel);
  return MaxPool2dConfig{kernel[0], kernel[1], height, width};
}
What relu_from(const Value&) { return ReluLayer{}; }
What flatten_from(const Value&) { return FlattenLayer{}; }
What linear_from(const Value& layer) { return LinearDefinition{layer["out_features"].integer(1)}; }

struct Kind {
  std::string name;
  What (*from)(const Value&);
  std::vector<std::string> keys;  // besides those that every layer has
};
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"conv2d", conv2d_from, {"out_channels", "kernel", "stride", "padding", "dilation", "groups"}},
      {"max_pool2d", max_pool2d_from, {"kernel", "stride", "padding", "dilation"}},
      {"relu", relu_from, {}},
      {"flatten", flatten_from, {}},
      {"linear", linear_from, {"out_features"}}};
  return all;
}

const std::vector<std::string> derived_of_layer{"input_shape", "output_shape", "parameters", "mult_adds"};
const std::vector<std::string> derived_of_network{"schema", "output_shape", "parameters", "mult_adds", "activations"};

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

LayerDefinition layer_from(const Value& layer) {
  layer.require_object();
  const std::string given = layer["kind"].string();
  const auto kind = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.name == given; });
  if (kind == kinds().end()) {
    std::vector<std::string> known;
    for (const Kind& k : kinds()) known.push_back(k.name);
    layer["kind"].refuse(one_of(known, given));
  }
  std::vector<std::string> keys{"kind", "name"};
  append(keys, kind->keys);
  append(keys, derived_of_layer);
  layer.require_keys(keys);
  return {layer.has("name") ? layer["name"].name() : "", kind->from(layer)};
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
  if (layer.kind == "conv2d") result["out_channels"] = layer.output.front();
  if (layer.kind == "linear") result["out_features"] = layer.output.front();
  if (const auto w = window_of(layer)) {
    result["kernel"] = {w->kernel_height, w->kernel_width};
    result["stride"] = {w->stride_height, w->stride_width};
    result["padding"] = {w->top, w->left, w->bottom, w->right};
    result["dilation"] = {w->dilation_height, w->dilation_width};
    if (layer.kind == "conv2d") result["groups"] = w->groups;
  }
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

/// A name from a program may be no UTF-8: such bytes are replaced.
std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// ---- What a description says beyond the network itself.

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

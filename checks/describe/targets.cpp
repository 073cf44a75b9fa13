#include "checks/describe/targets.hpp"

#include <algorithm>
#include <map>

#include "checks/describe/networks.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/key_values.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Integers by name, in the order of their text.
using Config = std::vector<std::pair<std::string, Idx>>;

std::string text_of(const Config& config) {
  std::string text;
  for (const auto& [name, value] : config) text += (text.empty() ? "" : ",") + name + "=" + std::to_string(value);
  return text;
}

std::vector<std::string> names_in(std::string_view config) {
  std::vector<std::string> names;
  while (!config.empty()) {
    names.emplace_back(config.substr(0, config.find('=')));
    config.remove_prefix(std::min(config.find(','), config.size() - 1) + 1);
  }
  return names;
}

/// All values: those given, and defaults for the others.
Config config_from(const std::string& given, const std::string& defaults) {
  KeyValues mine(given, "--config"), usual(defaults, "");
  Config config;
  for (const std::string& name : names_in(defaults)) config.emplace_back(name, mine.take(name, usual.take(name, 0)));
  mine.finish();
  return config;
}

/// The short name of a field: in_channels is in_c, kernel_height is kernel_h.
std::string name_of_field(std::string field) {
  for (const std::string_view word : {"_channels", "_height", "_width"})
    if (field.ends_with(word)) field.resize(field.size() - word.size() + 2);
  return field;
}

/// The names of an input's extents; for a layer that takes any input, those of an image.
std::vector<std::string> names_of_input(const Layer& layer) {
  if (layer.network->input.size() == 1) return {"in_features"};
  return {"in_c", "in_h", "in_w"};
}
/// The extents in the same order.
std::vector<Idx> input_of(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  if (layer.network->input.empty()) return {1, 1, problem.integer(0)};
  std::vector<Idx> extents;
  for (const char* field : layer.network->input) extents.push_back(problem.integer(known_place_of(layer, field)));
  return extents;
}

/// Collects the integers of a definition.
class TellNumbers : public Numbers {
 public:
  void operator()(const char* field, Idx& number, Idx) override { told.emplace_back(name_of_field(field), number); }
  void real(const char*, double&) override {}
  Config told;
};
/// Sets the integers of a definition. Real numbers are not changed.
class SetNumbers : public Numbers {
 public:
  explicit SetNumbers(const std::map<std::string, Idx>& values) : values_(values) {}
  void operator()(const char* field, Idx& number, Idx) override { number = values_.at(name_of_field(field)); }
  void real(const char*, double&) override {}

 private:
  const std::map<std::string, Idx>& values_;
};

Config config_of(const Layer& layer, const std::vector<Idx>& input, const Definition& definition) {
  Config config;
  const std::vector<std::string> names = names_of_input(layer);
  for (std::size_t n = 0; n < names.size(); ++n) config.emplace_back(names[n], input[n]);
  TellNumbers numbers;
  show_numbers(definition, numbers);
  config.insert(config.end(), numbers.told.begin(), numbers.told.end());
  return config;
}

std::string default_config_of(const Layer& layer) {
  const NetworkLayer& network = *layer.network;
  if (network.target != nullptr) return network.target;
  if (network.input.empty()) return text_of(config_of(layer, {2, 4, 5}, network.definition));
  const Problem example = parse_descriptor(layer.id, layer.example);
  return text_of(config_of(layer, input_of(example), definition_of(example)));
}

NetworkDefinition network_of(const Layer& layer, const Config& config) {
  const std::map<std::string, Idx> values(config.begin(), config.end());
  NetworkDefinition net;
  for (const std::string& name : names_of_input(layer)) net.input.push_back(values.at(name));
  Definition definition = layer.network->definition;
  SetNumbers numbers(values);
  show_numbers(definition, numbers);
  net.layers.push_back({layer.name, definition});
  return net;
}

}  // namespace

const std::vector<LayerTarget>& layer_targets() {
  static const std::vector<LayerTarget> all = [] {
    std::vector<LayerTarget> targets;
    for (const Layer* layer : layers_of_networks())
      if (!layer->passes.empty()) targets.push_back({layer->name, default_config_of(*layer)});
    return targets;
  }();
  return all;
}

GradientTarget load_target(const std::string& target, const std::string& config) {
  const std::vector<LayerTarget>& known = layer_targets();
  const auto layer = std::ranges::find(known, target, &LayerTarget::name);
  if (layer != known.end()) {
    const Config full = config_from(config, layer->default_config);
    NetworkDefinition net = network_of(*find_layer(target), full);
    (void)describe(net);
    return {target, text_of(full), std::move(net)};
  }
  if (!is_built_in(target) && target.find_first_of("./-") == std::string::npos) {
    std::vector<std::string> names = built_in_networks;
    for (const LayerTarget& l : known) names.push_back(l.name);
    throw UsageError("TARGET", "", one_of(names, target) + ", or the path of a JSON description", in_quotes(target));
  }
  NamedNetwork net = load_network(target, config);
  const std::string text = is_built_in(target) ? format_config(parse_config(config, "--config")) : "";
  return {target, text, std::move(net.definition)};
}

GradientTarget target_of(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  return load_target(layer.name, text_of(config_of(layer, input_of(problem), definition_of(problem))));
}

}  // namespace cnnspec::checks

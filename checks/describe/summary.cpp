#include "checks/describe/summary.hpp"

namespace cnnspec::checks {
namespace {

constexpr Idx most_elements = std::numeric_limits<Idx>::max();

/// Throws C3.
void add(const char* what, Idx& total, Idx n) {
  if (!sum_fits(total, n))
    cnnspec::refuse({Clause::C3, "total", what, "after the earlier layers, at most", most_elements - total, n});
  total += n;
}

/// Throws C3.
Idx elements(const std::vector<Idx>& extents) {
  return with_shape(extents, [](const auto& shape) { return shape.count(); });
}

/// Throws C3.
Idx mult_adds(const LayerDescription& layer) {
  const Idx positions = elements(layer.output) / layer.output.front();  // for each channel or feature
  if (!product_fits(layer.parameters, positions))
    cnnspec::refuse({Clause::C3, "multiply-adds", "output positions", "for that many parameters, at most",
                     most_elements / layer.parameters, positions});
  return layer.parameters * positions;
}

void add_layer(Summary& s, const LayerDescription& layer) {
  s.mult_adds.push_back(mult_adds(layer));
  add("parameters", s.parameters, layer.parameters);
  add("multiply-adds", s.total_mult_adds, s.mult_adds.back());
  add("activations", s.activations, elements(layer.output));
}

}  // namespace

Summary summarize(const NamedNetwork& network) {
  return summarize(network.name, network.definition.input, describe(network.definition));
}

Summary summarize(const std::string& name, const std::vector<Idx>& input, std::vector<LayerDescription> layers) {
  Summary s{name, input, std::move(layers), {}};
  s.inputs = elements(input);
  for (const LayerDescription& layer : s.layers) try {
      add_layer(s, layer);
    } catch (const ShapeError& e) {
      throw e.in_layer(layer.name);
    }
  return s;
}

std::optional<Window> window_of(const LayerDescription& layer) {
  const auto find = [&](const char* name) -> std::optional<Idx> {
    for (const auto& [key, value] : layer.hyper_parameters)
      if (key == name) return value;
    return std::nullopt;
  };
  const auto get = [&](const char* name, Idx otherwise) { return find(name).value_or(otherwise); };
  if (get("kernel_height", 0) == 0) return std::nullopt;
  return Window{.kernel_height = get("kernel_height", 1),
                .kernel_width = get("kernel_width", 1),
                .stride_height = get("stride_height", 1),
                .stride_width = get("stride_width", 1),
                .dilation_height = get("dilation_height", 1),
                .dilation_width = get("dilation_width", 1),
                .top = get("pad_top", 0),
                .left = get("pad_left", 0),
                .bottom = get("pad_bottom", 0),
                .right = get("pad_right", 0),
                .groups = find("groups")};
}

}  // namespace cnnspec::checks

// Summary: the facts about a network for tables, diagrams and exporters. It is made from the descriptions of the
// layers. So it works for a SpecChain (chain.describe()) as well as for a NetworkDefinition, and allocates no tensor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnspec/network.hpp"

namespace cnnspec::checks {

struct NamedNetwork {
  std::string name;
  NetworkDefinition definition;
};

struct Summary {
  std::string name;
  std::vector<Idx> input;
  std::vector<LayerDescription> layers;
  std::vector<Idx> mult_adds;  // of each layer
  // Over the whole network:
  Idx parameters = 0, total_mult_adds = 0;
  Idx inputs = 0, activations = 0;  // elements of the input, and of all layers' outputs together

  const std::vector<Idx>& output() const { return layers.empty() ? input : layers.back().output; }
};

/// Multiply-adds are counted as torchinfo counts them: every parameter, biases included, once for each output position.
/// Throws ShapeError for a layer that does not fit, and C3 for a total that Idx cannot hold.
Summary summarize(const NamedNetwork& network);
Summary summarize(const std::string& name, const std::vector<Idx>& input, std::vector<LayerDescription> layers);

/// The hyper-parameters of a layer with a sliding window.
struct Window {
  Idx kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  Idx top, left, bottom, right;  // padding
  std::optional<Idx> groups;     // if the layer has groups

  bool pads_symmetrically() const { return top == bottom && left == right; }
};
/// None for a layer without a window.
std::optional<Window> window_of(const LayerDescription& layer);

}  // namespace cnnspec::checks

// The targets that `gradcheck` finds by name: a single layer, a built-in network, or a described one.
#pragma once

#include <string>
#include <vector>

#include "checks/vocabulary/layer.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {

struct GradientTarget {
  std::string name;
  std::string config;  // in full, in a form that reads back; empty for a described network
  NetworkDefinition network;
};

/// The single layers, each with its default configuration.
struct LayerTarget {
  std::string name, default_config;
};
const std::vector<LayerTarget>& layer_targets();

/// `target`: a single layer, a built-in network, or the path of a JSON description. `config`: "in_h=16,..."; values
/// that it does not name keep their defaults. Throws UsageError and ShapeError.
GradientTarget load_target(const std::string& target, const std::string& config);

/// One image of `problem` as a target, with the configuration that describes it.
GradientTarget target_of(const Problem& problem);

}  // namespace cnnspec::checks

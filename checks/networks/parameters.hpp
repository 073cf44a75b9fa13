// The parameter tensors of a run-time network's layer, one after the other.
#pragma once

#include "cnnspec/network.hpp"

namespace cnnspec::checks {

/// visit(tensor, index, name) for each parameter tensor of the layer.
template <class Layer, class Visit>
void for_each_parameter(Layer& any_layer, const Visit& visit) {
  std::visit(
      [&](auto& layer) {
        std::apply(
            [&](auto&... tensor) {
              [[maybe_unused]] std::size_t index = 0;
              ((visit(tensor, index, std::string(layer.parameter_names[index])), ++index), ...);
            },
            layer.parameters());
      },
      any_layer);
}

}  // namespace cnnspec::checks

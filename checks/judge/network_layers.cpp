#include "checks/judge/network_layers.hpp"

#include <map>

#include "checks/generate/drawing.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {

const std::vector<Problem>& network_layers(LayerId layer) {
  static const std::map<LayerId, std::vector<Problem>> all = [] {
    std::map<LayerId, std::vector<Problem>> problems;
    for (const Layer* known : layers()) {
      problems[known->id];
      for (const char* descriptor : drawing_of(*known).published)
        problems[known->id].push_back(parse_descriptor(known->id, descriptor));
    }
    return problems;
  }();
  return all.at(layer);
}

}  // namespace cnnspec::checks

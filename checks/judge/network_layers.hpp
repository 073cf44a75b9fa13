// Layers of real networks, as published except for the image, which is as small as the layer allows.
#pragma once

#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

const std::vector<Problem>& network_layers(LayerId layer);

}  // namespace cnnspec::checks

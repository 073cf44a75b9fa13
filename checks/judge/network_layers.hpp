// Layers of real networks, as published but for the image, which is as small as the layer allows.
#pragma once

#include <vector>

#include "checks/judge/case.hpp"

namespace cnnspec::checks {

const std::vector<Problem>& network_layers(Family family);

}  // namespace cnnspec::checks

// The registry, for tests that add a layer before anything else uses it.
#pragma once

#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The layers, in the order of the list.
std::vector<const Layer*>& registry();

}  // namespace cnnspec::checks

// The registry, for a test that adds a layer of its own before anything is asked of it.
#pragma once

#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// In the order in which they are listed.
std::vector<const Layer*>& registry();

}  // namespace cnnspec::checks

// What the other files of this room contribute to its description.
#pragma once

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const Formulations avg_pool2d_means, avg_pool2d_shares;
extern const Drawing avg_pool2d_drawing;
extern const Misreadings avg_pool2d_misreadings;
extern const LayerChecks avg_pool2d_checks;
extern const NetworkLayer avg_pool2d_in_networks;

}  // namespace cnnspec::checks

// What the files of this room give to its description.
#pragma once

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const Formulations avg_pool2d_means, avg_pool2d_shares;

}  // namespace cnnspec::checks

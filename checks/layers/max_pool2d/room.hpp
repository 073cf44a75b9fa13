// What the other files of this room contribute to its description.
#pragma once

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const DataOfLayer max_pool2d_data;

}  // namespace cnnspec::checks

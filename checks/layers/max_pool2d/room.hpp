// What the files of this room give to its description.
#pragma once

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const DataOfLayer max_pool2d_data;

}  // namespace cnnspec::checks

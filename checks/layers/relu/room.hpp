// What the other files of this room contribute to its description.
#pragma once

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const DataOfLayer relu_data;

}  // namespace cnnspec::checks

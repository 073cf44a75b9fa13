// The shared tables of misreadings. A layer's own misreadings are in its room.
#pragma once

#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

std::vector<Misreading> common_misreadings();
std::vector<Misreading> rounding_misreadings();
std::vector<Misreading> block_misreadings();
std::vector<Misreading> window_misreadings();

}  // namespace cnnspec::checks

// The tables of misreadings, one for each family and four for what they share.
#pragma once

#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

std::vector<Misreading> common_misreadings();
std::vector<Misreading> rounding_misreadings();
std::vector<Misreading> block_misreadings();
std::vector<Misreading> window_misreadings();
std::vector<Misreading> conv2d_misreadings();
std::vector<Misreading> max_pool2d_misreadings();
std::vector<Misreading> relu_misreadings();
std::vector<Misreading> linear_misreadings();

}  // namespace cnnspec::checks

// conv2d in blocks: the sequences that exist because of its groups.
#pragma once

#include "checks/misreadings/blocks.hpp"

namespace cnnspec::checks {

std::vector<Sequence> conv2d_sequences();

}  // namespace cnnspec::checks

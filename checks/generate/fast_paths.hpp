// Fast paths: shapes for which optimised libraries have special code (1x1, 3x3 with padding 1, depthwise, 7x7 with
// stride 2, windows as large as the image, 1xN and Nx1). Channels and images have the sizes of real networks.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

Problem draw_fast_path(Choices& choices, LayerId layer);

}  // namespace cnnspec::checks

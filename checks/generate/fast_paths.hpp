// Fast paths: shapes for which optimised libraries have code of their own (1x1, 3x3 with padding 1, depthwise, 7x7 of
// stride 2, windows as large as the image, 1xN and Nx1), with channels and images of the sizes that networks have.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

Problem draw_fast_path(Choices& choices, LayerId layer);

}  // namespace cnnspec::checks

// Windows: how they are drawn, for every layer that has one.
#pragma once

#include "checks/generate/budget.hpp"
#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

/// Both axes of the problem's window. Its settings have their values already.
void draw_window(Choices& choices, const Limits& limits, Budget& budget, Problem& problem);

}  // namespace cnnspec::checks

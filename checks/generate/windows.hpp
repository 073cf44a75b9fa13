// Draws windows, for every layer that has one.
#pragma once

#include "checks/generate/budget.hpp"
#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

/// Draws both axes of the problem's window. The settings must have values already.
void draw_window(Choices& choices, const Limits& limits, Budget& budget, Problem& problem);

}  // namespace cnnspec::checks

// Sized windows: how a window is drawn of which some numbers are given, and everything else is small.
#pragma once

#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// Both axes of the problem's window. Its settings have their values already.
void draw_sized_window(Choices& choices, const WantedSizes& wanted, Idx most_free, Problem& problem);

/// Whether there is anything to compute: a window with a cell that is not padding.
bool has_real_cells(const Problem& problem);

/// Gives values to those of `factors` that are 0, so that the product is `product`. One that is drawn takes at most 8,
/// so that sizes nobody asked for stay small, but for the one that takes what is left.
bool split(Choices& choices, Idx product, std::vector<Idx*> factors);

}  // namespace cnnspec::checks

// Sized windows: draws a window with some given numbers and small other numbers.
#pragma once

#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// Draws both axes of the problem's window. The settings must have values already.
void draw_sized_window(Choices& choices, const WantedSizes& wanted, Idx most_free, Problem& problem);

/// Whether there is anything to compute: each axis has a window with a cell that is not padding.
bool has_real_cells(const Problem& problem);

/// Sets those of `factors` that are 0, so that the product is `product`. One of them gets the remaining factor. Each of
/// the others is at most 8, so that free sizes stay small.
bool split(Choices& choices, Idx product, std::vector<Idx*> factors);

}  // namespace cnnspec::checks

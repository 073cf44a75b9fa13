// The axes of a window as a list, so that code for each axis is written once.
#pragma once

#include <span>

#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

struct WindowAxis {
  const char* name;            // "height", as in in_height
  const char* many;            // "rows"
  const char *before, *after;  // the fields of its padding
  Line (*of)(const Problem&);
  void (*set)(Problem&, const Line&);
};

/// The axes of the layer's window; none if it has no window.
std::span<const WindowAxis> window_axes(const Layer& layer);
inline std::span<const WindowAxis> window_axes(const Problem& problem) { return window_axes(layer_of(problem)); }
/// Whether the field belongs to the layer's window.
bool is_of_window(const Layer& layer, const Field& field);

/// Sets that line, with as many windows as fit; 0, which is not a valid extent, if none fits.
void set_fitted(Problem& problem, const WindowAxis& axis, Line line);
/// The same for all axes, after a change of a number that decides how many windows there are.
void fit_windows(Problem& problem);

}  // namespace cnnspec::checks

// The axes of a window, one after the other, so that what is done to each of them is written once.
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

/// Those of its window; none if it has no window.
std::span<const WindowAxis> window_axes(const Layer& layer);
inline std::span<const WindowAxis> window_axes(const Problem& problem) { return window_axes(layer_of(problem)); }
/// Whether it is a number of the layer's window.
bool is_of_window(const Layer& layer, const Field& field);

/// That line, with as many windows as there are then; none, which is no extent, where not even one fits.
void set_fitted(Problem& problem, const WindowAxis& axis, Line line);
/// The same of all axes: after a number has changed that decides how many windows there are.
void fit_windows(Problem& problem);

}  // namespace cnnspec::checks

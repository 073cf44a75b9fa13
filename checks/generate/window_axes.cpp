#include "checks/generate/window_axes.hpp"

#include <algorithm>
#include <string>

namespace cnnspec::checks {
namespace {

constexpr WindowAxis both_axes[]{
    {"height", "rows", "pad_top", "pad_bottom", height_of, set_height},
    {"width", "columns", "pad_left", "pad_right", width_of, set_width},
};

}  // namespace

std::span<const WindowAxis> window_axes(const Layer& layer) {
  if (!has_window(layer)) return {};
  return both_axes;
}

bool is_of_window(const Layer& layer, const Field& field) {
  const std::string_view name = field.name;
  return std::ranges::any_of(window_axes(layer), [&](const WindowAxis& axis) {
    if (name == axis.before || name == axis.after) return true;
    constexpr const char* parts[]{"in_", "out_", "kernel_", "stride_", "dilation_"};
    return std::ranges::any_of(parts, [&](const char* part) { return name == std::string(part) + axis.name; });
  });
}

void set_fitted(Problem& problem, const WindowAxis& axis, Line line) {
  line.out = outputs_of(problem, line);
  axis.set(problem, line);
}

void fit_windows(Problem& problem) {
  for (const WindowAxis& axis : window_axes(problem)) set_fitted(problem, axis, axis.of(problem));
}

}  // namespace cnnspec::checks

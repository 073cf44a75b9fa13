#include "checks/generate/coverage_axis.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <utility>

#include "checks/generate/free_fields.hpp"
#include "checks/generate/plainness.hpp"
#include "checks/generate/window_axes.hpp"

namespace cnnspec::checks {
namespace {

/// The index of a level. The level must be in `levels`, so the names and the classification cannot differ.
std::size_t place_of_level(const CoverageAxis& axis, const std::string& level) {
  const auto found = std::ranges::find(axis.levels, level);
  assert(found != axis.levels.end());
  return static_cast<std::size_t>(found - axis.levels.begin());
}

// ---- Axes of a window ----

std::string kernel_level(const Line& h, const Line& w) {
  if (h.kernel != w.kernel) return h.kernel == 1 || w.kernel == 1 ? "1xN, Nx1" : "other";
  return h.kernel <= 3 ? std::to_string(h.kernel) + "x" + std::to_string(h.kernel) : "larger square";
}

std::string step_level(Idx h, Idx w) {  // of a stride or a dilation
  if (h != w) return "H≠W";
  return h <= 2 ? std::to_string(h) : "3+";
}

std::string padding_level(const Line& h, const Line& w) {
  if (h.axis.before != h.axis.after || w.axis.before != w.axis.after) return "begin≠end";
  if (h.axis.before != w.axis.before) return "H≠W";
  return h.axis.before == 0 ? "none" : "all alike";
}

/// Whether a stride leaves cells at the end that no window covers.
bool has_remainder(const Line& l) {
  return (padded_extent(l) - l.axis.dilation * (l.kernel - 1) - 1) % l.axis.stride != 0;
}

struct WindowLevels {
  const char* name;
  std::vector<std::string> levels;
  std::string (*level_of)(const Line& height, const Line& width);
};

const std::vector<WindowLevels>& levels_of_window() {
  using L = const Line&;
  static const std::vector<WindowLevels> all{
      {"kernel", {"1x1", "2x2", "3x3", "larger square", "1xN, Nx1", "other"}, kernel_level},
      {"stride", {"1", "2", "3+", "H≠W"}, [](L h, L w) { return step_level(h.axis.stride, w.axis.stride); }},
      {"padding", {"none", "all alike", "H≠W", "begin≠end"}, padding_level},
      {"dilation", {"1", "2", "3+", "H≠W"}, [](L h, L w) { return step_level(h.axis.dilation, w.axis.dilation); }},
      {"image", {"H=W", "H≠W"}, [](L h, L w) -> std::string { return h.in == w.in ? "H=W" : "H≠W"; }},
      {"remainder",
       {"none", "some"},
       [](L h, L w) -> std::string { return has_remainder(h) || has_remainder(w) ? "some" : "none"; }},
  };
  return all;
}

// ---- Axes of the other fields ----

CoverageAxis batch_axis(std::size_t place) {
  return {"batch", {"1", "2+"}, [place](const Problem& p) { return p.integer(place) == 1 ? "1" : "2+"; }};
}

CoverageAxis extent_axis_of_levels(const Field& field, std::size_t place) {
  return {in_words(field), {"multiple of 8", "other"}, [place](const Problem& p) {
            return p.integer(place) % 8 == 0 ? "multiple of 8" : "other";
          }};
}

/// The levels of a flag are no and yes.
CoverageAxis values_axis(const Field& field, std::size_t place) {
  std::vector<std::string> values{"no", "yes"};
  if (field.kind == Field::Kind::choice) values.assign(field.choices.begin(), field.choices.end());
  return {in_words(field), values,
          [place, values](const Problem& p) { return values[static_cast<std::size_t>(p.integer(place))]; }};
}

void append_field(std::vector<CoverageAxis>& axes, const Field& field, std::size_t place) {
  const bool is_extent = field.kind == Field::Kind::extent;
  if (is_extent && field.least > 0) axes.push_back(extent_axis_of_levels(field, place));
  if (field.kind == Field::Kind::flag || field.kind == Field::Kind::choice) axes.push_back(values_axis(field, place));
}

std::vector<CoverageAxis> axes_of(const Layer& layer) {
  std::vector<CoverageAxis> axes;
  if (has_window(layer))
    for (const WindowLevels& w : levels_of_window())
      axes.push_back({w.name, w.levels, [&w](const Problem& p) { return w.level_of(height_of(p), width_of(p)); }});
  const std::size_t batch = place_of_field(layer, "batch");
  if (batch < layer.fields.size()) axes.push_back(batch_axis(batch));
  for (const std::size_t place : free_fields(layer))
    if (place != batch) append_field(axes, layer.fields[place], place);
  if (layer.plainness != nullptr && layer.plainness->change_coverage != nullptr) layer.plainness->change_coverage(axes);
  return axes;
}

// ---- Impossible combinations ----

/// The pairs of kernel and padding levels that some valid problem has: clauses may restrict one by the other.
std::set<std::pair<std::string, std::string>> kernels_with_paddings(const Layer& layer) {
  std::set<std::pair<std::string, std::string>> possible;
  Problem problem = plainest_problem(layer);
  constexpr Idx image = 8, largest_kernel = 4;
  const auto line = [](Idx kernel, bool before, bool after) { return Line{image, 1, kernel, {1, before, after, 1}}; };
  for (Idx high = 1; high <= largest_kernel; ++high)
    for (Idx wide = 1; wide <= largest_kernel; ++wide)
      for (unsigned pads = 0; pads < 16; ++pads) {
        set_height(problem, line(high, (pads & 1) != 0, (pads & 2) != 0));
        set_width(problem, line(wide, (pads & 4) != 0, (pads & 8) != 0));
        fit_windows(problem);
        if (!check(problem).ok()) continue;
        const Line h = height_of(problem), w = width_of(problem);
        possible.insert({kernel_level(h, w), padding_level(h, w)});
      }
  return possible;
}

}  // namespace

const std::vector<CoverageAxis>& coverage_axes(LayerId id) {
  static thread_local std::map<const Layer*, std::vector<CoverageAxis>> known;
  const Layer& layer = layer_of(id);
  const auto [found, is_new] = known.try_emplace(&layer);
  if (is_new) found->second = axes_of(layer);
  return found->second;
}

std::vector<ImpossiblePair> impossible_pairs(LayerId id) {
  const Layer& layer = layer_of(id);
  if (!has_window(layer)) return {};
  constexpr std::size_t kernel = 0, stride = 1, padding = 2, remainder = 5;  // axes
  std::vector<ImpossiblePair> pairs{{stride, 0, remainder, 1}};              // a stride of 1 leaves nothing
  const std::vector<CoverageAxis>& axes = coverage_axes(id);
  const auto possible = kernels_with_paddings(layer);
  for (std::size_t k = 0; k < axes[kernel].levels.size(); ++k)
    for (std::size_t p = 0; p < axes[padding].levels.size(); ++p)
      if (!possible.contains({axes[kernel].levels[k], axes[padding].levels[p]}))
        pairs.push_back({kernel, k, padding, p});
  return pairs;
}

Levels levels_of(const Problem& problem) {
  Levels levels;
  for (const CoverageAxis& axis : coverage_axes(layer_id(problem)))
    levels.push_back(place_of_level(axis, axis.level_of(problem)));
  return levels;
}

CoverageAxis& axis_named(std::vector<CoverageAxis>& axes, std::string_view name) {
  const auto found = std::ranges::find(axes, name, &CoverageAxis::name);
  assert(found != axes.end());
  return *found;
}

}  // namespace cnnspec::checks

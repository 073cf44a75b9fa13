#include "checks/generate/neighbours.hpp"

#include <algorithm>

#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// Another value of a number that is at least `least`: one more, one less, twice, half, or the least.
Idx draw_other(Choices& choices, Idx value, Idx least) {
  switch (choices.pick(0, 4)) {
    case 0:
      return value + 1;
    case 1:
      return std::max(least, value - 1);
    case 2:
      return 2 * value;
    case 3:
      return std::max(least, value / 2);
    default:
      return least;
  }
}

/// Changes one number of one axis of the window. The output then has as many windows as fit; 0, which is invalid, if
/// none fits.
void change_line(Choices& choices, Problem& p) {
  const bool height = choices.chance(50);
  Line line = height ? height_of(p) : width_of(p);
  switch (choices.pick(0, 5)) {
    case 0:
      line.in = draw_other(choices, line.in, 1);
      break;
    case 1:
      line.kernel = draw_other(choices, line.kernel, 1);
      break;
    case 2:
      line.axis.stride = draw_other(choices, line.axis.stride, 1);
      break;
    case 3:
      line.axis.dilation = draw_other(choices, line.axis.dilation, 1);
      break;
    case 4:
      line.axis.before = draw_other(choices, line.axis.before, 0);
      break;
    default:
      line.axis.after = draw_other(choices, line.axis.after, 0);
  }
  line.out = outputs_of(p, line);
  height ? set_height(p, line) : set_width(p, line);
}

/// Changes a setting; the number of windows may depend on it.
void change_setting_and_fit(Choices& choices, Problem& p, std::size_t place) {
  change_setting(choices, p, place);
  if (!has_window(p)) return;
  Line height = height_of(p), width = width_of(p);
  height.out = outputs_of(p, height), width.out = outputs_of(p, width);
  set_height(p, height), set_width(p, width);
}

/// The numbers outside a window that can change: the batch comes first, the groups last.
std::vector<std::size_t> places_to_change(const FieldPlaces& at) {
  std::vector<std::size_t> places;
  if (at.batch) places.push_back(*at.batch);
  if (at.channels) places.insert(places.end(), {at.channels->in, at.channels->out});
  places.insert(places.end(), at.extents.begin(), at.extents.end());
  if (at.channels) places.push_back(at.channels->groups);
  return places;
}

/// The unit of an extent: channels stay divisible by their groups.
Idx unit_of(const FieldPlaces& at, const Problem& p, std::size_t place) {
  const bool is_divided = at.channels && (place == at.channels->in || place == at.channels->out);
  return is_divided ? p.integer(at.channels->groups) : 1;
}

Problem changed_by_fields(Choices& choices, Problem p) {
  constexpr Idx share_of_window = 3;
  const FieldPlaces& at = field_places(layer_of(p));
  const std::vector<std::size_t> places = places_to_change(at);
  const Idx extents = std::ssize(places), settings = std::ssize(at.settings);
  const Idx all = extents + settings + (has_window(p) ? share_of_window : 0);
  if (all == 0) return p;
  const Idx which = all == 1 ? 0 : choices.pick(0, all - 1);
  if (which < extents) {
    const std::size_t n = places[static_cast<std::size_t>(which)];
    const Idx unit = unit_of(at, p, n);
    p.set(n, unit * draw_other(choices, p.integer(n) / unit, 1));
  } else if (which < extents + settings) {
    change_setting_and_fit(choices, p, at.settings[static_cast<std::size_t>(which - extents)]);
  } else {
    change_line(choices, p);
  }
  return p;
}

}  // namespace

Problem draw_neighbour(Choices& choices, const Problem& problem) {
  constexpr int tries = 32;
  constexpr Idx times_as_dear = 2, taps_to_spare = 1000;
  const Idx most_taps = times_as_dear * taps(problem) + taps_to_spare;
  const auto by_layer = drawing_of(layer_of(problem)).changed;
  for (int n = 0; n < tries; ++n) {
    const Problem p = by_layer == nullptr ? changed_by_fields(choices, problem) : by_layer(choices, problem);
    if (p != problem && check(p).ok() && taps(p) <= most_taps) return p;
  }
  return problem;
}

}  // namespace cnnspec::checks

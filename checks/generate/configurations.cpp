#include "checks/generate/configurations.hpp"

#include <algorithm>

#include "checks/generate/budget.hpp"
#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/generate/windows.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

void draw_channels(Choices& choices, const Limits& limits, Budget& budget, const ChannelPlaces& at, Problem& p) {
  const Idx kind = choices.pick(0, 9);  // 0..4 dense, 5..6 grouped, 7..8 depthwise, 9 depthwise with a multiplier
  const Idx most_groups = kind < 5 ? 1 : std::min(limits.max_groups, limits.max_channels);
  const Idx groups = budget.draw(choices, most_groups);
  const Idx most = limits.max_channels / groups;
  const Idx in = budget.draw(choices, kind < 7 ? most : 1);
  const Idx out = budget.draw(choices, kind < 7 || kind == 9 ? most : 1);
  p.set(at.groups, groups), p.set(at.in, groups * in), p.set(at.out, groups * out);
}

Idx most_of(const Layer& layer, const Field& field, const Limits& limits) {
  if (has_window(layer)) return limits.max_channels;
  return *field.key == '\0' ? limits.max_count : limits.max_features;
}

Problem draw_by_fields(Choices& choices, const Layer& layer, const Limits& limits) {
  const FieldPlaces& at = field_places(layer);
  Problem p = unset_problem(layer);
  draw_settings(choices, p);
  Budget budget(limits.max_taps);
  if (has_window(layer)) draw_window(choices, limits, budget, p);
  if (at.channels) draw_channels(choices, limits, budget, *at.channels, p);
  for (const std::size_t n : at.extents) p.set(n, budget.draw(choices, most_of(layer, layer.fields[n], limits)));
  if (at.batch) p.set(*at.batch, budget.draw(choices, limits.max_batch));
  return p;
}

}  // namespace

Problem draw_problem(Choices& choices, LayerId layer, const Limits& limits) {
  const Layer& of = layer_of(layer);
  const auto draw = drawing_of(of).problem;
  return draw == nullptr ? draw_by_fields(choices, of, limits) : draw(choices, of, limits);
}

}  // namespace cnnspec::checks

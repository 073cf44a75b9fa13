#include "checks/generate/sized_problem.hpp"

#include <algorithm>

#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/generate/sized_windows.hpp"
#include "checks/vocabulary/operation.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// Splits wanted terms and cells into products of the problem's numbers.
bool resolve(Choices& choices, Op op, WantedSizes& w) {
  if (const Idx cells = w.of(cells_axis); cells > 0)
    if (!split(choices, cells, {&w["kernel height"], &w["kernel width"]})) return false;
  const Idx terms = w.of(terms_axis);
  if (terms == 0) return true;
  std::vector<Idx*> factors;
  for (const char* name : factors_of_terms(op)) factors.push_back(&w[name]);
  return split(choices, terms, factors);
}

Idx or_drawn(Choices& choices, Idx wanted, Idx most) { return wanted > 0 ? wanted : choices.pick(1, most); }

/// Draws groups that divide both totals, if these are wanted.
Idx draw_groups(Choices& choices, Idx wanted, Idx in, Idx out, Idx most_free) {
  if (wanted > 0) return wanted;
  if (!choices.chance(40)) return 1;
  const Idx groups = choices.pick(1, most_free);
  return in % groups == 0 && out % groups == 0 ? groups : 1;
}

/// The channels per group on one side; 0 if the wanted sizes contradict each other.
Idx per_group(Choices& choices, Idx total, Idx wanted, Idx groups, Idx most_free) {
  if (total == 0) return or_drawn(choices, wanted, most_free);
  if (total % groups != 0 || (wanted > 0 && wanted * groups != total)) return 0;
  return total / groups;
}

void draw_sized_channels(Choices& choices, const WantedSizes& w, Idx most_free, const ChannelPlaces& at, Problem& p) {
  const auto& fields = layer_of(p).fields;
  const auto total = [&](std::size_t n) { return w.of(axis_name(fields[n])); };
  const Idx groups = draw_groups(choices, total(at.groups), total(at.in), total(at.out), most_free);
  const Idx in = per_group(choices, total(at.in), w.of(in_per_group_axis), groups, most_free);
  const Idx out = per_group(choices, total(at.out), w.of(out_per_group_axis), groups, most_free);
  p.set(at.groups, groups), p.set(at.in, in * groups), p.set(at.out, out * groups);
}

Problem draw_sized_by_fields(Choices& choices, Op op, const WantedSizes& w, Idx most_free) {
  const Layer& layer = layer_of(op);
  const FieldPlaces& at = field_places(layer);
  Problem p = unset_problem(layer);
  draw_settings(choices, p);
  const auto draw_extents = [&] {
    for (const std::size_t n : at.extents) p.set(n, or_drawn(choices, w.of(axis_name(layer.fields[n])), most_free));
  };
  const auto draw_batch = [&](Idx most) {
    if (at.batch) p.set(*at.batch, or_drawn(choices, w.of("batch"), most));
  };
  if (!has_window(layer)) {
    draw_batch(most_free), draw_extents();
    return p;
  }
  if (at.channels) draw_sized_channels(choices, w, most_free, *at.channels, p);
  draw_extents(), draw_batch(std::min(most_free, Idx{3}));  // images are expensive
  draw_sized_window(choices, w, most_free, p);
  return p;
}

std::optional<Problem> draw_once(Choices& choices, Op op, WantedSizes w, Idx most_free) {
  if (const auto by_layer = drawing_of(layer_of(op)).sized) return by_layer(choices, op, w, most_free);
  if (!resolve(choices, op, w)) return {};
  return draw_sized_by_fields(choices, op, w, most_free);
}

bool has_what_is_wanted(Op op, const Problem& problem, const WantedSizes& wanted) {
  return std::ranges::all_of(sized_axes(op), [&](const SizedAxis& axis) {
    const Idx size = wanted.of(axis.name);
    return size == 0 || axis.of(problem) == size;
  });
}

bool is_within(Op op, const Problem& problem, const SizedLimits& limits) {
  const double elements = operation_of(op, problem).elements(), calls = static_cast<double>(calls_of(problem));
  return taps(problem) <= limits.most_taps && elements <= static_cast<double>(limits.most_elements) &&
         calls * elements <= static_cast<double>(limits.most_elements_of_calls);
}

}  // namespace

std::optional<Problem> draw_sized(Choices& choices, Op op, const WantedSizes& wanted, const SizedLimits& limits) {
  constexpr int tries = 24;  // later tries use smaller free numbers
  for (int n = 0; n < tries; ++n) {
    const Idx most_free = std::max(Idx{1}, limits.most_free - n * limits.most_free / (tries - 4));
    const std::optional<Problem> p = draw_once(choices, op, wanted, most_free);
    if (p && check(*p).ok() && has_real_cells(*p) && has_what_is_wanted(op, *p, wanted) && is_within(op, *p, limits))
      return p;
  }
  return {};
}

}  // namespace cnnspec::checks

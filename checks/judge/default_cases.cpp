#include "checks/judge/default_cases.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include "checks/data/exact_data.hpp"
#include "checks/generate/fast_paths.hpp"
#include "checks/generate/fields.hpp"
#include "checks/generate/neighbours.hpp"
#include "checks/generate/sized_axes.hpp"
#include "checks/generate/sized_problem.hpp"
#include "checks/judge/network_layers.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// The number of cases of a list among the usual number of cases. Large cases come last, so that short runs are quick.
constexpr std::size_t usual_groups = 500 / 4, special_places = usual_groups / 3 * 2 + usual_groups % 3;

/// The data family of a large problem: wide integers, or small ones if sums of wide ones are too long to be exact.
const char* data_of_large(const Operation& o) {
  const bool has_room = !o.multiplies() || plan_exact(o, ieee(DType::f32)).proved();
  return has_room ? "exact-first-wide" : "exact-small";
}

template <class T>
void shuffle(Choices& choices, std::vector<T>& list) {
  for (std::size_t n = list.size(); n > 1; --n)
    std::swap(list[n - 1], list[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(n) - 1))]);
}

// ---- Stretched ----

/// A size that must be met exactly.
struct Stratum {
  const SizedAxis* axis;
  Idx value;
};

std::optional<Problem> draw_with(Choices& choices, Op op, const std::vector<Stratum>& strata,
                                 const SizedLimits& limits = {}) {
  WantedSizes wanted;
  for (const Stratum& s : strata) wanted[s.axis->name] = s.value;
  return draw_sized(choices, op, wanted, limits);
}

/// A problem, and the sizes that it was drawn to meet.
struct Met {
  std::vector<Stratum> strata;
  Problem problem;
};

bool settle_nothing_in_common(const std::vector<Stratum>& a, const std::vector<Stratum>& b) {
  const auto settled = [](const std::vector<Stratum>& strata) {
    unsigned bits = 0;
    for (const Stratum& s : strata) bits |= s.axis->settles;
    return bits;
  };
  return (settled(a) & settled(b)) == 0;
}

/// Draws a problem that also meets one of the partners, and removes this partner. Tries only a few partners.
std::optional<Met> pair_up(Choices& choices, Op op, const Stratum& s, std::vector<Stratum>& partners,
                           const SizedLimits& limits) {
  int tries = 6;
  for (std::size_t n = 0; n < partners.size() && tries > 0; ++n) {
    if (!settle_nothing_in_common({s}, {partners[n]})) continue;
    --tries;
    const std::vector<Stratum> both{s, partners[n]};
    const std::optional<Problem> p = draw_with(choices, op, both, limits);
    if (!p) continue;
    partners.erase(partners.begin() + static_cast<std::ptrdiff_t>(n));
    return Met{both, *p};
  }
  return {};
}

SizedLimits twice(SizedLimits limits) {
  limits.most_taps *= 2, limits.most_elements *= 2, limits.most_elements_of_calls *= 2;
  return limits;
}

/// The limits for sizes that no smaller problem can meet.
constexpr SizedLimits large_limits{.most_taps = 200'000, .most_elements = 70'000, .most_elements_of_calls = 300'000};

/// Replaces problem `n` and a later one by a single problem that meets the sizes of both. Returns whether one was
/// found.
bool merge(Choices& choices, Op op, std::vector<Met>& all, std::size_t n) {
  for (std::size_t other = n + 1; other < all.size(); ++other) {
    if (!settle_nothing_in_common(all[n].strata, all[other].strata)) continue;
    std::vector<Stratum> strata = all[n].strata;
    strata.insert(strata.end(), all[other].strata.begin(), all[other].strata.end());
    const std::optional<Problem> p = draw_with(choices, op, strata, large_limits);
    if (!p) continue;
    all[n] = {strata, *p};
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(other));
    return true;
  }
  return false;
}

/// Problems that take each boundary on each axis; large boundaries are paired with small ones. There are no more
/// problems than the usual number of cases has places for.
std::vector<Problem> meet_all_boundaries(Choices& choices, Op op) {
  constexpr Idx large_from = 63;
  std::vector<Stratum> large, small;
  for (const SizedAxis& axis : sized_axes(op))
    for (const Idx value : size_boundaries) (value >= large_from ? large : small).push_back({&axis, value});
  shuffle(choices, large), shuffle(choices, small);
  std::vector<Met> all;
  const auto take = [&](const Stratum& s) {
    for (const SizedLimits& limits : {SizedLimits{}, twice(SizedLimits{}), twice(twice(SizedLimits{}))})
      if (std::optional<Met> pair = pair_up(choices, op, s, small, limits)) return all.push_back(std::move(*pair));
    std::optional<Problem> p = draw_with(choices, op, {s});
    if (!p) p = draw_with(choices, op, {s}, large_limits);
    if (p) all.push_back({{s}, *p});
  };
  for (const Stratum& s : large) take(s);
  while (!small.empty()) {
    const Stratum s = small.back();
    small.pop_back();
    take(s);
  }
  // Problems that meet only one size come first.
  std::ranges::stable_sort(all, {}, [](const Met& m) { return m.strata.size(); });
  for (std::size_t n = 0; n < all.size() && all.size() > usual_groups;)
    if (!merge(choices, op, all, n)) ++n;
  std::vector<Problem> problems;
  for (const Met& m : all) problems.push_back(m.problem);
  shuffle(choices, problems);
  return problems;
}

/// A number near a multiple of a typical block size, or any odd number.
Idx draw_size(Choices& choices) {
  if (choices.chance(30)) return 2 * choices.pick(2, 700) + 1;
  const Idx block = Idx{1} << choices.pick(2, 10);
  return choices.pick(1, 3) * block + choices.pick(-1, 1);
}

std::optional<Problem> draw_stretched(Choices& choices, Op op) {
  const std::vector<SizedAxis>& axes = sized_axes(op);
  const auto any_axis = [&] { return &axes[static_cast<std::size_t>(choices.pick(0, std::ssize(axes) - 1))]; };
  for (int tries = 0; tries < 8; ++tries) {
    const Stratum first{any_axis(), draw_size(choices)}, second{any_axis(), draw_size(choices)};
    const bool both = choices.chance(50) && (first.axis->settles & second.axis->settles) == 0;
    if (const auto p = both ? draw_with(choices, op, {first, second}) : draw_with(choices, op, {first})) return p;
  }
  return {};
}

// ---- Special ----

constexpr SizedLimits far_limits{.most_taps = Idx{1} << 24, .most_elements = Idx{1} << 22,
                                 .most_elements_of_calls = Idx{1} << 40, .most_free = 1};

/// Extents beyond what a 16-bit counter (signed or unsigned) holds, and beyond the limits of a grid, on the axes that
/// kernels count in these.
std::vector<Problem> far_problems(Choices& choices, Op op) {
  constexpr Idx beyond_16_bits = 65'537;
  std::vector<Problem> problems;
  for (const SizedAxis& axis : sized_axes(op)) {
    if (!axis.may_be_far) continue;
    if (const auto p = draw_with(choices, op, {{&axis, beyond_16_bits}}, far_limits)) problems.push_back(*p);
  }
  return problems;
}

/// With windows: a square image of `side` rows and columns, and four windows in it; everything else is 1. Without
/// windows: two extents of `side`, not the batch if there are two others; or a single extent of `side * side`.
Problem large_product(const Layer& layer, Idx side) {
  const FieldPlaces& at = field_places(layer);
  Problem p = unset_problem(layer);
  std::vector<std::size_t> extents = at.extents;
  if (at.channels) extents.insert(extents.end(), {at.channels->groups, at.channels->in, at.channels->out});
  if (at.batch) extents.push_back(*at.batch);
  for (const std::size_t n : extents) p.set(n, 1);
  if (has_window(layer)) {
    Line line{side, 2, 1, {.stride = side - 1}};
    line.out = outputs_of(p, line);
    set_height(p, line), set_width(p, line);
  } else if (extents.size() == 1) {
    p.set(extents.front(), side * side);
  } else {
    for (std::size_t n = 0; n < 2 && n < extents.size(); ++n) p.set(extents[n], side);
  }
  return p;
}

/// Products of extents beyond 2^16 and 2^20.
std::vector<Problem> far_products(Op op) {
  return {large_product(layer_of(op), 257), large_product(layer_of(op), 1025)};
}

}  // namespace

DefaultCases::DefaultCases(Op op, const Limits& limits, std::uint64_t seed) : op_(op), limits_(limits) {
  RandomChoices choices(seed), fixed(static_cast<std::uint64_t>(op));
  stretched_ = meet_all_boundaries(choices, op);
  for (const auto& problems : {network_layers(layer_id(op)), far_problems(fixed, op), far_products(op)})
    for (const Problem& problem : problems) {
      const Operation operation = operation_of(op, problem);
      if (operation.is_large())
        large_.push_back({problem, data_of_large(operation)});
      else
        special_.push_back({problem});
    }
  assert(special_.size() + large_.size() <= special_places);
}

DefaultCases DefaultCases::without_large() const {
  DefaultCases small = *this;
  small.large_.clear();
  return small;
}

DefaultCase DefaultCases::drawn(Idx n, std::uint64_t seed) const {
  const Idx group = n / 4;
  RandomChoices choices(seed);
  switch ((n % 4 + group) % 3) {  // in turn, so that cases of each kind have neighbours
    case 0:
      return {stretched(group, choices)};
    case 1:
      return special(group, choices);
    default:
      return {draw_problem(choices, layer_id(op_), limits_)};
  }
}

Problem DefaultCases::stretched(Idx group, Choices& choices) const {
  if (group < std::ssize(stretched_)) return stretched_[static_cast<std::size_t>(group)];
  const std::optional<Problem> p = draw_stretched(choices, op_);
  return p ? *p : draw_problem(choices, layer_id(op_), limits_);
}

DefaultCase DefaultCases::special(Idx group, Choices& choices) const {
  // The cases of every third group have neighbours, and large problems should not have any.
  const auto place = static_cast<std::size_t>(group / 3 * 2 + group % 3);
  const std::size_t first_large = special_places - large_.size();
  if (group % 3 < 2 && place < special_.size()) return special_[place];
  if (group % 3 < 2 && place >= first_large && place < special_places) return large_[place - first_large];
  return {draw_fast_path(choices, layer_id(op_))};
}

DefaultCase DefaultCases::neighbour_of(const DefaultCase& before, std::uint64_t seed) const {
  RandomChoices choices(seed);
  return {draw_neighbour(choices, before.problem), before.data};
}

}  // namespace cnnspec::checks

#include "checks/judge/default_cases.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/generate/fast_paths.hpp"
#include "checks/generate/geometry.hpp"
#include "checks/generate/neighbours.hpp"
#include "checks/generate/size_axes.hpp"
#include "checks/generate/sized_problem.hpp"
#include "checks/judge/network_layers.hpp"
#include "checks/judge/operation.hpp"

namespace cnnspec::checks {
namespace {

/// A problem of more elements gets one family of data: two calls.
constexpr double many_elements = 0x1p16;
constexpr const char* data_of_large = "exact-first-wide";

DefaultCase with_data_to_its_size(Op op, const Problem& problem) {
  return {problem, operation_of(op, problem).elements() > many_elements ? data_of_large : ""};
}

template <class T>
void shuffle(Choices& choices, std::vector<T>& list) {
  for (std::size_t n = list.size(); n > 1; --n)
    std::swap(list[n - 1], list[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(n) - 1))]);
}

// ---- Stretched ----

/// A number that is to be met exactly.
struct Stratum {
  const SizeAxis* axis;
  Idx value;
};

std::optional<Problem> draw_with(Choices& choices, Op op, std::initializer_list<Stratum> strata) {
  WantedSizes wanted;
  for (const Stratum& s : strata) wanted.*s.axis->wanted = s.value;
  return draw_sized(choices, op, wanted);
}

/// Meets two strata at once if there is a problem that does. A few partners are tried.
std::optional<Problem> pair_up(Choices& choices, Op op, const Stratum& s, std::vector<Stratum>& partners) {
  int tries = 4;
  for (std::size_t n = 0; n < partners.size() && tries > 0; ++n) {
    if ((s.axis->settles & partners[n].axis->settles) != 0) continue;
    --tries;
    const std::optional<Problem> p = draw_with(choices, op, {s, partners[n]});
    if (!p) continue;
    partners.erase(partners.begin() + static_cast<std::ptrdiff_t>(n));
    return p;
  }
  return {};
}

/// Problems that take each of the boundaries on each axis, large ones together with small ones.
std::vector<Problem> meet_all_boundaries(Choices& choices, Op op) {
  constexpr Idx large_from = 63;
  std::vector<Stratum> large, small;
  for (const SizeAxis& axis : size_axes(op))
    for (const Idx value : size_boundaries) (value >= large_from ? large : small).push_back({&axis, value});
  shuffle(choices, large), shuffle(choices, small);
  std::vector<Problem> problems;
  const auto take = [&](const Stratum& s) {
    std::optional<Problem> p = pair_up(choices, op, s, small);
    if (!p) p = draw_with(choices, op, {s});
    if (p) problems.push_back(*p);
  };
  for (const Stratum& s : large) take(s);
  while (!small.empty()) {
    const Stratum s = small.back();
    small.pop_back();
    take(s);
  }
  shuffle(choices, problems);
  return problems;
}

/// A number near a multiple of what fast code counts in, or any odd one.
Idx draw_size(Choices& choices) {
  if (choices.chance(30)) return 2 * choices.pick(2, 700) + 1;
  const Idx block = Idx{1} << choices.pick(2, 10);
  return choices.pick(1, 3) * block + choices.pick(-1, 1);
}

std::optional<Problem> draw_stretched(Choices& choices, Op op) {
  const std::vector<SizeAxis>& axes = size_axes(op);
  const auto any_axis = [&] { return &axes[static_cast<std::size_t>(choices.pick(0, std::ssize(axes) - 1))]; };
  for (int tries = 0; tries < 8; ++tries) {
    const Stratum first{any_axis(), draw_size(choices)}, second{any_axis(), draw_size(choices)};
    const bool both = choices.chance(50) && (first.axis->settles & second.axis->settles) == 0;
    if (const auto p = both ? draw_with(choices, op, {first, second}) : draw_with(choices, op, {first})) return p;
  }
  return {};
}

// ---- Special ----

/// Counters of 16 bits, and limits of a grid.
std::vector<Problem> far_problems(Choices& choices, Op op) {
  constexpr std::array<Idx, 5> limits{32'767, 32'768, 32'769, 65'535, 65'536};
  constexpr SizedLimits far{.most_taps = Idx{1} << 24, .most_elements = Idx{1} << 22, .most_elements_of_calls = Idx{1} << 40,
                            .most_free = 2};
  std::vector<Problem> problems;
  std::size_t n = 0;
  for (const SizeAxis& axis : size_axes(op))
    for (const Idx value : {Idx{65'537}, limits[n++ % limits.size()]}) {
      WantedSizes wanted;
      wanted.*axis.wanted = value;
      if (const auto p = draw_sized(choices, op, wanted, far)) problems.push_back(*p);
    }
  return problems;
}

/// Products of extents beyond 2^16 and 2^20.
std::vector<Problem> far_products(Choices& choices, Op op) {
  constexpr SizedLimits far{.most_taps = Idx{1} << 24, .most_elements = Idx{1} << 23, .most_elements_of_calls = Idx{1} << 40,
                            .most_free = 1};
  std::vector<Problem> problems;
  for (const Idx side : {Idx{257}, Idx{1025}}) {
    WantedSizes wanted;
    switch (family_of(op)) {
      case Family::elementwise:
        wanted.count = side * side;
        break;
      case Family::linear:
        wanted.in_features = wanted.out_features = side;
        break;
      default:
        wanted.in_height = wanted.in_width = side;
    }
    if (const auto p = draw_sized(choices, op, wanted, far)) problems.push_back(*p);
  }
  return problems;
}

}  // namespace

DefaultCases::DefaultCases(Op op, const Limits& limits, std::uint64_t seed) : op_(op), limits_(limits) {
  RandomChoices choices(seed), fixed(static_cast<std::uint64_t>(op));
  stretched_ = meet_all_boundaries(choices, op);
  for (const Problem& p : network_layers(family_of(op))) special_.push_back(with_data_to_its_size(op, p));
  for (const Problem& p : far_problems(fixed, op)) special_.push_back(with_data_to_its_size(op, p));
  for (const Problem& p : far_products(fixed, op)) special_.push_back(with_data_to_its_size(op, p));
}

DefaultCase DefaultCases::drawn(Idx n, std::uint64_t seed) const {
  const Idx group = n / 4;
  RandomChoices choices(seed);
  switch ((n % 4 + group) % 3) {  // in turn, so that each kind has neighbours
    case 0:
      return {stretched(group, choices)};
    case 1:
      return special(group, choices);
    default:
      return {draw_problem(choices, family_of(op_), limits_)};
  }
}

Problem DefaultCases::stretched(Idx group, Choices& choices) const {
  if (group < std::ssize(stretched_)) return stretched_[static_cast<std::size_t>(group)];
  const std::optional<Problem> p = draw_stretched(choices, op_);
  return p ? *p : draw_problem(choices, family_of(op_), limits_);
}

DefaultCase DefaultCases::special(Idx group, Choices& choices) const {
  // Those of every third group have neighbours, and large problems should not.
  const auto place = static_cast<std::size_t>(group / 3 * 2 + group % 3);
  if (group % 3 < 2 && place < special_.size()) return special_[place];
  return {draw_fast_path(choices, family_of(op_))};
}

DefaultCase DefaultCases::neighbour_of(const DefaultCase& before, std::uint64_t seed) const {
  RandomChoices choices(seed);
  return {draw_neighbour(choices, before.problem), before.data};
}

}  // namespace cnnspec::checks

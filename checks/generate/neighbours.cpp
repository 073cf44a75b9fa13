#include "checks/generate/neighbours.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

/// Another value of a number that is at least `least`: one more or less, twice or half, or the least.
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

/// The outputs that fit; 0 where not one does.
void fit(Line& line) {
  const bool is_valid = check_axis("", "", line.in, line.kernel, line.axis).ok();
  line.out = is_valid ? conv_out(line.in, line.kernel, line.axis) : 0;
}

/// Changes one number of one axis.
template <class P>
void change_line(Choices& choices, P& p) {
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
  fit(line);
  height ? set_height(p, line) : set_width(p, line);
}

cnnspec_conv2d changed(Choices& choices, cnnspec_conv2d p) {
  switch (choices.pick(0, 6)) {
    case 0:
      p.batch = draw_other(choices, p.batch, 1);
      break;
    case 1:
      p.in_channels = draw_other(choices, p.in_channels / p.groups, 1) * p.groups;
      break;
    case 2:
      p.out_channels = draw_other(choices, p.out_channels / p.groups, 1) * p.groups;
      break;
    case 3:
      p.groups = draw_other(choices, p.groups, 1);  // of the same channels, if it divides them
      break;
    default:
      change_line(choices, p);
  }
  return p;
}

cnnspec_pool2d changed(Choices& choices, cnnspec_pool2d p) {
  const Idx which = choices.pick(0, 4);
  if (which == 0)
    p.batch = draw_other(choices, p.batch, 1);
  else if (which == 1)
    p.channels = draw_other(choices, p.channels, 1);
  else
    change_line(choices, p);
  return p;
}

cnnspec_linear changed(Choices& choices, cnnspec_linear p) {
  const Idx which = choices.pick(0, 2);
  Idx& number = which == 0 ? p.batch : which == 1 ? p.in_features : p.out_features;
  number = draw_other(choices, number, 1);
  return p;
}

cnnspec_elementwise changed(Choices& choices, cnnspec_elementwise p) { return {draw_other(choices, p.count, 1)}; }

template <class P>
bool is_same(const P& a, const P& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;  // all members are of one type: there is no padding
}

}  // namespace

Problem draw_neighbour(Choices& choices, const Problem& problem) {
  constexpr int tries = 32;
  constexpr Idx times_as_dear = 2, taps_to_spare = 1000;
  const Idx most_taps = times_as_dear * taps(problem) + taps_to_spare;
  for (int n = 0; n < tries; ++n) {
    std::optional<Problem> p;
    visit_problem(
        [&](const auto& before) {
          const auto after = changed(choices, before);
          if (!is_same(after, before)) p = after;
        },
        problem);
    if (p && check(*p).ok() && taps(*p) <= most_taps) return *p;
  }
  return problem;
}

}  // namespace cnnspec::checks

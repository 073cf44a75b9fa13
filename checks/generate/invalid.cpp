#include "checks/generate/invalid.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

/// A number in a problem, by name, and the least that C1 allows it.
template <class P>
struct Field {
  const char* name;
  Idx P::*member;
  Idx least;
};

template <class P>
std::vector<Field<P>> window_fields() {
  return {{"in_height", &P::in_height, 1},
          {"in_width", &P::in_width, 1},
          {"out_height", &P::out_height, 1},
          {"out_width", &P::out_width, 1},
          {"kernel_height", &P::kernel_height, 1},
          {"kernel_width", &P::kernel_width, 1},
          {"stride_height", &P::stride_height, 1},
          {"stride_width", &P::stride_width, 1},
          {"dilation_height", &P::dilation_height, 1},
          {"dilation_width", &P::dilation_width, 1},
          {"pad_top", &P::pad_top, 0},
          {"pad_left", &P::pad_left, 0},
          {"pad_bottom", &P::pad_bottom, 0},
          {"pad_right", &P::pad_right, 0},
          {"batch", &P::batch, 1}};
}

std::vector<Field<cnnspec_conv2d>> fields_of(const cnnspec_conv2d&) {
  using P = cnnspec_conv2d;
  std::vector<Field<P>> fields = window_fields<P>();
  fields.insert(fields.end(), {{"in_channels", &P::in_channels, 1}, {"out_channels", &P::out_channels, 1}});
  return fields;
}
std::vector<Field<cnnspec_pool2d>> fields_of(const cnnspec_pool2d&) {
  std::vector<Field<cnnspec_pool2d>> fields = window_fields<cnnspec_pool2d>();
  fields.push_back({"channels", &cnnspec_pool2d::channels, 1});
  return fields;
}
std::vector<Field<cnnspec_linear>> fields_of(const cnnspec_linear&) {
  using P = cnnspec_linear;
  return {{"batch", &P::batch, 1}, {"in_features", &P::in_features, 1}, {"out_features", &P::out_features, 1}};
}
std::vector<Field<cnnspec_elementwise>> fields_of(const cnnspec_elementwise&) {
  return {{"count", &cnnspec_elementwise::count, 1}};
}

template <class P>
std::string set(P& p, const char* name, Idx P::*member, Idx value) {
  p.*member = value;
  return std::string(name) + " = " + std::to_string(value);
}

/// C1: one number below its least. Never `dyn`, which is no number.
template <class P>
std::string break_c1(Choices& choices, P& p) {
  const std::vector<Field<P>> fields = fields_of(p);
  const Field<P>& field = fields[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(fields.size()) - 1))];
  const Idx below = choices.chance(20) ? choices.pick(1, largest_idx) : choices.pick(1, 3);
  return set(p, field.name, field.member, field.least - below);
}

/// Changes one axis of a problem with `change(line)`, which says what it did.
template <class P, class Change>
std::string change_one_axis(Choices& choices, P& p, Change change) {
  const bool is_width = choices.pick(0, 1) == 1;
  Line line = is_width ? width_of(p) : height_of(p);
  const std::string what = change(line) + (is_width ? " (width)" : " (height)");
  is_width ? set_width(p, line) : set_height(p, line);
  return what;
}

/// C2: a window that is larger than the padded input, often by one cell, with the output of size 1 that a subtraction
/// of natural numbers would make of it, or the one it had.
std::string break_c2(Choices& choices, Line& line) {
  const Idx padded = line.in + line.axis.before + line.axis.after;
  const auto least_factor = [&](Idx other) { return (padded + other - 1) / other; };  // factor * other >= padded
  if (choices.pick(0, 1) == 1) line.out = 1;
  const Idx extra = choices.pick(0, 2);
  if (line.kernel > 1 && choices.pick(0, 1) == 1) {
    line.axis.dilation = least_factor(line.kernel - 1) + extra;
    return "dilation = " + std::to_string(line.axis.dilation);
  }
  line.kernel = least_factor(line.axis.dilation) + 1 + extra;
  return "kernel = " + std::to_string(line.kernel);
}

/// C3 in the size arithmetic of one axis: the padded extent or the dilated window is more than can be counted.
std::string break_c3(Choices& choices, Line& line) {
  if (choices.pick(0, 1) == 0) {
    line.axis.before += choices.pick(0, 2);
    line.axis.after += 1;
    line.in = largest_idx - line.axis.before - choices.pick(0, line.axis.after - 1);
    return "in = " + std::to_string(line.in);
  }
  line.kernel = std::max(line.kernel, Idx{3});
  line.axis.dilation = largest_idx / (line.kernel - 1) + choices.pick(1, 3);
  return "dilation = " + std::to_string(line.axis.dilation);
}

/// C3 in the number of elements: the batch counts too.
std::string break_c3_of_elements(Choices& choices, cnnspec_conv2d& p) {
  p.in_channels = 2 * p.groups;
  return set(p, "batch", &cnnspec_conv2d::batch, largest_idx / 2 + choices.pick(1, 3));
}
std::string break_c3_of_elements(Choices& choices, cnnspec_pool2d& p) {
  p.channels = 2;
  return set(p, "batch", &cnnspec_pool2d::batch, largest_idx / 2 + choices.pick(1, 3));
}

/// C4: more padding than half the window, or a window of two cells that straddles the image.
std::string break_c4(Choices& choices, Line& line) {
  const Idx way = choices.pick(0, 2);
  if (way == 2) {
    line.kernel = 2;
    line.axis.before = line.axis.after = 1;
    line.axis.dilation = line.in + 1;
    return "a straddling window";
  }
  Idx& padding = way == 0 ? line.axis.before : line.axis.after;
  padding = line.kernel / 2 + choices.pick(1, 3);
  return (way == 0 ? "padding before = " : "padding after = ") + std::to_string(padding);
}

/// C5: no groups, or channels that are not a multiple of them.
std::string break_c5(Choices& choices, cnnspec_conv2d& p) {
  using P = cnnspec_conv2d;
  const Idx way = choices.pick(0, 2);
  if (way == 0) return set(p, "groups", &P::groups, 0 - choices.pick(0, 2));
  if (p.groups == 1) return set(p, "groups", &P::groups, std::max(p.in_channels, p.out_channels) + choices.pick(1, 3));
  const Idx extra = choices.pick(1, p.groups - 1);
  return way == 1 ? set(p, "in_channels", &P::in_channels, p.in_channels + extra)
                  : set(p, "out_channels", &P::out_channels, p.out_channels + extra);
}

/// C6: an output that is not as large as the formula says.
std::string break_c6(Choices& choices, Line& line) {
  const bool smaller = line.out > 1 && choices.pick(0, 1) == 1;
  line.out += smaller ? -choices.pick(1, line.out - 1) : choices.pick(1, 3);
  return "out = " + std::to_string(line.out);
}

template <class P>
std::string break_window(Choices& choices, Clause clause, P& p) {
  if (clause == Clause::C1) return break_c1(choices, p);
  if (clause == Clause::C3 && choices.pick(0, 2) == 2) return break_c3_of_elements(choices, p);
  return change_one_axis(choices, p, [&](Line& line) {
    if (clause == Clause::C2) return break_c2(choices, line);
    if (clause == Clause::C3) return break_c3(choices, line);
    return clause == Clause::C4 ? break_c4(choices, line) : break_c6(choices, line);
  });
}

std::string break_clause(Choices& choices, Clause clause, cnnspec_conv2d& p) {
  return clause == Clause::C5 ? break_c5(choices, p) : break_window(choices, clause, p);
}
std::string break_clause(Choices& choices, Clause clause, cnnspec_pool2d& p) {
  return break_window(choices, clause, p);
}
std::string break_clause(Choices& choices, Clause clause, cnnspec_linear& p) {
  if (clause == Clause::C1) return break_c1(choices, p);
  p.in_features = 2 + choices.pick(0, 3);
  return set(p, "batch", &cnnspec_linear::batch, largest_idx / 2 + choices.pick(1, 3));
}
std::string break_clause(Choices& choices, Clause, cnnspec_elementwise& p) { return break_c1(choices, p); }

}  // namespace

std::span<const LayerId> families_with(Clause clause) {
  // conv2d, max_pool2d, linear, elementwise: a clause belongs to a run of these.
  static constexpr std::array families{LayerId::conv2d, LayerId::max_pool2d, LayerId::linear, LayerId::relu};
  const std::span<const LayerId> all = families;
  switch (clause) {
    case Clause::none:
      return {};
    case Clause::C1:
      return all;
    case Clause::C3:
      return all.first(3);
    case Clause::C2:
    case Clause::C6:
      return all.first(2);
    case Clause::C4:
      return all.subspan(1, 1);
    case Clause::C5:
      return all.first(1);
  }
  return {};
}

InvalidCase draw_invalid(Choices& choices, Clause clause, const Limits& limits) {
  const std::span<const LayerId> families = families_with(clause);
  const Idx n = choices.pick(0, static_cast<Idx>(families.size()) - 1);
  return draw_invalid(choices, families[static_cast<std::size_t>(n)], clause, limits);
}

InvalidCase draw_invalid(Choices& choices, LayerId family, Clause clause, const Limits& limits) {
  Problem problem = draw_problem(choices, family, limits);
  std::string change = visit_problem([&](auto& p) { return break_clause(choices, clause, p); }, problem);
  return {problem, clause, std::move(change)};
}

}  // namespace cnnspec::checks

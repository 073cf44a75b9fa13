#include "checks/generate/invalid.hpp"

#include <algorithm>

#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

std::string set(Problem& p, std::size_t place, Idx value) {
  p.set(place, value);
  return std::string(layer_of(p).fields[place].name) + " = " + std::to_string(value);
}

/// The fields of C1; groups have their own clause.
std::vector<std::size_t> places_of_c1(const Layer& layer) {
  const auto& channels = field_places(layer).channels;
  std::vector<std::size_t> places;
  for (std::size_t n = 0; n < layer.fields.size(); ++n) {
    const Field::Kind kind = layer.fields[n].kind;
    const bool is_integer = kind == Field::Kind::extent || kind == Field::Kind::derived;
    if (is_integer && !(channels && n == channels->groups)) places.push_back(n);
  }
  return places;
}

/// C1: sets one number below its least, but never to `dyn`, which is not a number.
std::string break_c1(Choices& choices, Problem& p) {
  const std::vector<std::size_t> places = places_of_c1(layer_of(p));
  const std::size_t n = places[static_cast<std::size_t>(choices.pick(0, std::ssize(places) - 1))];
  const Idx below = choices.chance(20) ? choices.pick(1, largest_idx) : choices.pick(1, 3);
  return set(p, n, static_cast<Idx>(layer_of(p).fields[n].least) - below);
}

/// Changes one axis of a problem with `change(line)`, which returns a description.
std::string change_one_axis(Choices& choices, Problem& p, std::string (*change)(Choices&, Line&)) {
  const bool is_width = choices.pick(0, 1) == 1;
  Line line = is_width ? width_of(p) : height_of(p);
  const std::string what = change(choices, line) + (is_width ? " (width)" : " (height)");
  is_width ? set_width(p, line) : set_height(p, line);
  return what;
}

/// C2: a window that is larger than the padded input, often by one cell. The output is unchanged, or is 1, as a
/// subtraction of natural numbers would give.
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

/// C3 in the size arithmetic of one axis: the padded extent or the dilated window cannot be counted.
std::string break_c3_of_line(Choices& choices, Line& line) {
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

/// The extents of x outside of a window, except those that others divide or multiply. The batch comes last.
std::vector<std::size_t> extents_of_x(const Layer& layer) {
  const FieldPlaces& at = field_places(layer);
  std::vector<std::size_t> places = at.extents;
  if (at.channels) places.insert(places.begin(), at.channels->in);
  if (at.batch) places.push_back(*at.batch);
  return places;
}

/// C3 in the number of elements, including the batch.
std::string break_c3_of_elements(Choices& choices, Problem& p) {
  const std::vector<std::size_t> places = extents_of_x(layer_of(p));
  const auto& channels = field_places(layer_of(p)).channels;
  p.set(places.front(), channels ? 2 * p.integer(channels->groups) : 2);
  return set(p, places.back(), largest_idx / 2 + choices.pick(1, 3));
}

bool has_two_extents(const Layer& layer) { return extents_of_x(layer).size() >= 2; }

std::string break_c3(Choices& choices, Problem& p) {
  const bool in_line = has_window(p) && (!has_two_extents(layer_of(p)) || choices.pick(0, 2) != 2);
  return in_line ? change_one_axis(choices, p, break_c3_of_line) : break_c3_of_elements(choices, p);
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

/// C5: no groups, or channels that are not a multiple of the groups.
std::string break_c5(Choices& choices, Problem& p) {
  const ChannelPlaces& at = *field_places(layer_of(p)).channels;
  const Idx groups = p.integer(at.groups), in = p.integer(at.in), out = p.integer(at.out);
  const Idx way = choices.pick(0, 2);
  if (way == 0) return set(p, at.groups, 0 - choices.pick(0, 2));
  if (groups == 1) return set(p, at.groups, std::max(in, out) + choices.pick(1, 3));
  const Idx extra = choices.pick(1, groups - 1);
  return way == 1 ? set(p, at.in, in + extra) : set(p, at.out, out + extra);
}

/// C6: an output extent that differs from the formula.
std::string break_c6(Choices& choices, Line& line) {
  const bool smaller = line.out > 1 && choices.pick(0, 1) == 1;
  line.out += smaller ? -choices.pick(1, line.out - 1) : choices.pick(1, 3);
  return "out = " + std::to_string(line.out);
}

const Breach* breach_of(const Layer& layer, Clause clause) {
  const auto& all = drawing_of(layer).breaches;
  const auto found = std::ranges::find(all, clause, &Breach::clause);
  return found == all.end() ? nullptr : &*found;
}

bool is_number(const Field& f) { return f.kind == Field::Kind::number; }
bool has_numbers(const Layer& layer) { return std::ranges::any_of(layer.fields, is_number); }
/// C8: sets one of the numbers below its least.
std::string break_c8(Choices& choices, Problem& p) {
  const std::span<const Field> fields = layer_of(p).fields;
  const auto place = static_cast<std::size_t>(std::ranges::find_if(fields, is_number) - fields.begin());
  const Idx value = static_cast<Idx>(fields[place].least) - choices.pick(1, 3);
  p.set(place, value);
  return std::string(fields[place].name) + " = " + std::to_string(value);
}

/// Whether the fields alone define how to violate the clause. (C6: the output extents are the only redundant numbers of
/// a problem.)
bool can_break_by_fields(const Layer& layer, Clause clause) {
  switch (clause) {
    case Clause::none:
      return false;
    case Clause::C8:
      return has_numbers(layer);
    case Clause::C1:
      return !places_of_c1(layer).empty();
    case Clause::C2:
    case Clause::C6:
      return has_window(layer);
    case Clause::C3:
      return has_window(layer) || has_two_extents(layer);
    case Clause::C4:
      return is_pooling(layer);
    case Clause::C5:
      return field_places(layer).channels.has_value();
  }
  return false;
}

std::string break_by_fields(Choices& choices, Clause clause, Problem& p) {
  switch (clause) {
    case Clause::none:
      break;
    case Clause::C8:
      return break_c8(choices, p);
    case Clause::C1:
      return break_c1(choices, p);
    case Clause::C2:
      return change_one_axis(choices, p, break_c2);
    case Clause::C3:
      return break_c3(choices, p);
    case Clause::C4:
      return change_one_axis(choices, p, break_c4);
    case Clause::C5:
      return break_c5(choices, p);
    case Clause::C6:
      return change_one_axis(choices, p, break_c6);
  }
  return {};
}

}  // namespace

std::vector<LayerId> layers_with(Clause clause) {
  std::vector<LayerId> with;
  for (const Layer* layer : layers())
    if (can_break_by_fields(*layer, clause) || breach_of(*layer, clause) != nullptr) with.push_back(layer->id);
  return with;
}

InvalidCase draw_invalid(Choices& choices, Clause clause, const Limits& limits) {
  const std::vector<LayerId> with = layers_with(clause);
  const Idx n = choices.pick(0, std::ssize(with) - 1);
  return draw_invalid(choices, with[static_cast<std::size_t>(n)], clause, limits);
}

InvalidCase draw_invalid(Choices& choices, LayerId layer, Clause clause, const Limits& limits) {
  Problem problem = draw_problem(choices, layer, limits);
  const Breach* breach = breach_of(layer_of(layer), clause);
  std::string change = breach == nullptr ? break_by_fields(choices, clause, problem) : breach->commit(choices, problem);
  return {problem, clause, std::move(change)};
}

}  // namespace cnnspec::checks

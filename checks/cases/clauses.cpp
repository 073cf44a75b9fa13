#include "checks/cases/clauses.hpp"

#include <limits>
#include <optional>

#include "checks/cases/problem_numbers.hpp"
#include "checks/vocabulary/extents.hpp"

namespace cnnspec::checks {
namespace {

__extension__ using Wide = __int128;  // holds every product of two Idx

constexpr Wide most = std::numeric_limits<Idx>::max();

bool all_at_least(Wide least, std::initializer_list<Idx> numbers) {
  for (const Idx n : numbers)
    if (n < least) return false;
  return true;
}

/// Whether the elements of a tensor can be counted; only for valid extents. The running product stays below 2^126.
bool countable(const std::vector<Idx>& extents) {
  Wide count = 1;
  for (const Idx e : extents) {
    if (e < 1) return true;
    if ((count *= e) > most) return false;
  }
  return true;
}

Wide window_of(const Line& l) { return Wide{l.axis.dilation} * (l.kernel - 1) + 1; }
Wide padded_of(const Line& l) { return Wide{l.in} + l.axis.before + l.axis.after; }

bool sizes_fit(const Line& l) { return padded_of(l) <= most && window_of(l) <= most; }

/// The greatest output i whose window, which starts at i*stride, ends within the padded input.
Wide outputs_of(const Line& l) {
  // The start of the last window is at least `below` strides and less than `above` strides.
  Wide below = 0, above = padded_of(l) - window_of(l) + 1;
  while (above - below > 1) {
    const Wide middle = below + (above - below) / 2;
    (middle * l.axis.stride + window_of(l) <= padded_of(l) ? below : above) = middle;
  }
  return below + 1;
}

/// Whether a window contains only padding. Windows are checked from both ends inwards: only windows in the middle cover
/// the image densely.
bool has_empty_window(const Line& l) {
  constexpr Wide enough = 64;
  const Wide outputs = outputs_of(l);
  const auto holds_a_cell = [&](Wide window) {
    const Wide start = window * l.axis.stride - l.axis.before;
    const Wide first_tap = start >= 0 ? 0 : (-start + l.axis.dilation - 1) / l.axis.dilation;  // at or after cell 0
    return first_tap < l.kernel && start + first_tap * l.axis.dilation < l.in;
  };
  for (Wide n = 0; n < outputs && n < enough; ++n)
    if (!holds_a_cell(n) || !holds_a_cell(outputs - 1 - n)) return true;
  return false;
}

/// Whether the numbers are valid, without the output extent.
bool is_an_axis(const Line& l) {
  return all_at_least(1, {l.in, l.kernel, l.axis.stride, l.axis.dilation}) &&
         all_at_least(0, {l.axis.before, l.axis.after});
}
bool makes_sense(const Line& l) { return is_an_axis(l) && l.out >= 1; }

/// The same, plus one if cells are left over and another window begins before the trailing padding.
Wide outputs_of(const Line& l, bool rounds_up) {
  const Wide outputs = outputs_of(l), left_over = padded_of(l) - ((outputs - 1) * l.axis.stride + window_of(l));
  const bool is_another = left_over > 0 && outputs * l.axis.stride < Wide{l.in} + l.axis.before;
  return outputs + (rounds_up && is_another);
}
bool rounds_up(const Problem& p) {
  const auto rule = checks_of(p).rounds_up;
  return rule != nullptr && rule(p);
}

void find_in_line(const Line& l, bool pooling, bool up, Clauses& found) {
  const Clause clause = makes_sense(l) ? clause_of(l, pooling) : Clause::C1;
  if (clause != Clause::none) found.insert(clause);
  const bool has_outputs = clause == Clause::none || clause == Clause::C4;
  if (has_outputs && l.out != outputs_of(l, up)) found.insert(Clause::C6);
}

/// Whether the field does not allow the number, independently of the other numbers.
bool is_out_of_range(const Problem& p, std::size_t n, const Field& field) {
  switch (field.kind) {
    case Field::Kind::real:
      return !is_real_of(field, p.real(n));
    case Field::Kind::flag:
      return p.integer(n) < 0 || p.integer(n) > 1;
    case Field::Kind::choice:
      return p.integer(n) < 0 || p.integer(n) >= std::ssize(field.choices);
    default:
      return static_cast<double>(p.integer(n)) < field.least;
  }
}

Clause clause_of_range(const Field& field) {
  const bool is_setting = field.kind == Field::Kind::number || field.kind == Field::Kind::real;
  return is_setting ? Clause::C8 : Clause::C1;
}

bool groups_fit(const Problem& p, const Layer& layer) {
  const Idx groups = groups_of(p);
  if (groups < 1) return false;
  for (const char* divided : checks_of(layer).groups.divided)
    if (p.integer(field_named(layer, divided)) % groups != 0) return false;
  return true;
}

/// The extents of x or y: without those of the window, and without those whose names belong to the other side.
std::vector<Idx> extents_but(std::string_view other_side, const Problem& p, const Layer& layer) {
  std::vector<Idx> extents;
  for (std::size_t n = 0; n < layer.fields.size(); ++n) {
    const Field& field = layer.fields[n];
    const std::string_view name = field.name;
    const bool of_image = name.starts_with("in_") || name.starts_with("out_") || !is_number_of_window(layer, n);
    const bool is_extent = field.kind == Field::Kind::extent || field.kind == Field::Kind::derived;
    if (is_extent && of_image && !name.starts_with(other_side) && !is_number_of_groups(layer, n))
      extents.push_back(p.integer(n));
  }
  return extents;
}

}  // namespace

std::string refusal_for(const Clauses& clauses) {
  if (clauses.empty()) return "no refusal";
  std::string text = "a refusal for";
  for (const Clause c : clauses) text += " " + ShapeError::name(c);
  return text;
}

Clause clause_of(const Line& l, bool pooling) {
  if (!is_an_axis(l)) return Clause::C1;
  if (!sizes_fit(l)) return Clause::C3;
  if (padded_of(l) < window_of(l)) return Clause::C2;
  const bool too_much = l.axis.before > l.kernel / 2 || l.axis.after > l.kernel / 2;
  return pooling && (too_much || has_empty_window(l)) ? Clause::C4 : Clause::none;
}

Clauses violated_clauses(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  const LayerChecks& checks = checks_of(layer);
  Clauses found;
  if (!groups_fit(problem, layer)) found.insert(Clause::C5);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (!is_number_of_window(layer, n) && !is_number_of_groups(layer, n) &&
        is_out_of_range(problem, n, layer.fields[n]))
      found.insert(clause_of_range(layer.fields[n]));
  if (has_window(layer))
    for (const Line& l : {height_of(problem), width_of(problem)})
      find_in_line(l, checks.pads_like_pooling, rounds_up(problem), found);
  if (!countable(extents_but("out_", problem, layer)) || !countable(extents_but("in_", problem, layer)) ||
      (checks.parameters != nullptr && !countable(checks.parameters(problem))))
    found.insert(Clause::C3);
  if (checks.more_clauses != nullptr) checks.more_clauses(problem, found);
  return found;
}

std::optional<Idx> output_extent(Idx in, Idx kernel, const Axis& axis) {
  const Line l{in, 1, kernel, axis};
  if (clause_of(l, false) != Clause::none) return {};
  return static_cast<Idx>(outputs_of(l));
}

Line with_right_output(const Problem& problem, Line line) {
  line.out = clause_of(line, false) == Clause::none ? static_cast<Idx>(outputs_of(line, rounds_up(problem))) : 1;
  return line;
}

bool has_too_many_parameters(const Problem& problem) {
  Idx count = 0;
  for (const Port& port : layer_of(problem).passes.front().inputs) {
    if (port.role != Role::w && port.role != Role::b) continue;
    const Idx more = count_of(port.extents(problem));
    if (!sum_fits(count, more)) return true;
    count += more;
  }
  return false;
}

}  // namespace cnnspec::checks

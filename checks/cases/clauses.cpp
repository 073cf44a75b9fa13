#include "checks/layers/problems.hpp"
#include "checks/cases/clauses.hpp"

#include <limits>
#include <optional>

namespace cnnspec::checks {
namespace {

__extension__ using Wide = __int128;  // holds every product of two Idx

constexpr Wide most = std::numeric_limits<Idx>::max();

bool all_at_least(Wide least, std::initializer_list<Idx> numbers) {
  for (const Idx n : numbers)
    if (n < least) return false;
  return true;
}

/// Whether a tensor's elements can be counted, as far as its extents make sense. The running product stays below 2^126.
bool countable(std::initializer_list<Idx> extents) {
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
  // The last window starts at or after `below` strides, and before `above`.
  Wide below = 0, above = padded_of(l) - window_of(l) + 1;
  while (above - below > 1) {
    const Wide middle = below + (above - below) / 2;
    (middle * l.axis.stride + window_of(l) <= padded_of(l) ? below : above) = middle;
  }
  return below + 1;
}

/// Whether one window holds only padding. Windows are looked at from both ends inwards: those that touch the image
/// densely are in the middle.
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

/// But for the output extent.
bool is_an_axis(const Line& l) {
  return all_at_least(1, {l.in, l.kernel, l.axis.stride, l.axis.dilation}) &&
         all_at_least(0, {l.axis.before, l.axis.after});
}
bool makes_sense(const Line& l) { return is_an_axis(l) && l.out >= 1; }

void find_in_line(const Line& l, bool pooling, Clauses& found) {
  const Clause clause = makes_sense(l) ? clause_of(l, pooling) : Clause::C1;
  if (clause != Clause::none) found.insert(clause);
  const bool has_outputs = clause == Clause::none || clause == Clause::C4;
  if (has_outputs && l.out != outputs_of(l)) found.insert(Clause::C6);
}

/// Input channels of a kernel; 1 where the groups are wrong.
Idx depth_of(const cnnspec_conv2d& p) {
  return p.groups < 1 || p.in_channels < p.groups ? 1 : p.in_channels / p.groups;
}

Clauses violated(const cnnspec_conv2d& p) {
  Clauses found;
  const bool divides = p.groups >= 1 && p.in_channels % p.groups == 0 && p.out_channels % p.groups == 0;
  if (!divides) found.insert(Clause::C5);
  if (!all_at_least(1, {p.batch, p.in_channels, p.out_channels})) found.insert(Clause::C1);
  find_in_line(height_of(p), false, found);
  find_in_line(width_of(p), false, found);
  if (!countable({p.batch, p.in_channels, p.in_height, p.in_width}) ||
      !countable({p.batch, p.out_channels, p.out_height, p.out_width}) ||
      !countable({p.out_channels, depth_of(p), p.kernel_height, p.kernel_width}))
    found.insert(Clause::C3);
  return found;
}

Clauses violated(const cnnspec_pool2d& p) {
  Clauses found;
  if (!all_at_least(1, {p.batch, p.channels})) found.insert(Clause::C1);
  find_in_line(height_of(p), true, found);
  find_in_line(width_of(p), true, found);
  if (!countable({p.batch, p.channels, p.in_height, p.in_width}) ||
      !countable({p.batch, p.channels, p.out_height, p.out_width}))
    found.insert(Clause::C3);
  return found;
}

Clauses violated(const cnnspec_linear& p) {
  Clauses found;
  if (!all_at_least(1, {p.batch, p.in_features, p.out_features})) found.insert(Clause::C1);
  if (!countable({p.batch, p.in_features}) || !countable({p.batch, p.out_features}) ||
      !countable({p.in_features, p.out_features}))
    found.insert(Clause::C3);
  return found;
}

Clauses violated(const cnnspec_elementwise& p) {
  if (p.count < 1) return {Clause::C1};
  return {};
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
  return visit_problem([](const auto& p) { return violated(p); }, problem);
}

std::optional<Idx> output_extent(Idx in, Idx kernel, const Axis& axis) {
  const Line l{in, 1, kernel, axis};
  if (clause_of(l, false) != Clause::none) return {};
  return static_cast<Idx>(outputs_of(l));
}

Line with_right_output(Line line) {
  line.out = output_extent(line.in, line.kernel, line.axis).value_or(1);
  return line;
}

bool has_too_many_parameters(const Problem& problem) {
  return visit_problem(
      [](const auto& p) {
        if constexpr (requires { w_shape(p); })
          return !sum_fits(w_shape(p).count(), y_shape(p).extent(0));
        else
          return false;
      },
      problem);
}

}  // namespace cnnspec::checks

#include "checks/generate/configurations.hpp"

#include <algorithm>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

/// How many more multiply-adds the problem may have: every decision that multiplies their number divides this.
class Budget {
 public:
  explicit Budget(Idx taps) : left_(taps) {}
  Idx left() const { return left_; }
  Idx spend(Idx factor) {
    left_ /= factor;
    return factor;
  }
  /// A factor in [1, most] that the budget still allows.
  Idx draw(Choices& choices, Idx most) { return spend(choices.pick(1, std::max(Idx{1}, std::min(most, left_)))); }

 private:
  Idx left_;
};

/// Which axes to draw: special ones are too important to be left to luck.
enum class Style { any, point /*a kernel of one cell*/, whole /*a kernel as large as the image*/ };

Style draw_style(Choices& choices) {
  const Idx n = choices.pick(0, 9);
  return n < 8 ? Style::any : n < 9 ? Style::point : Style::whole;
}

enum class Rule { conv, pool };

/// Draws one axis: what the windows cover, then the remainder, then how much of both ends is padding.
Line draw_line(Choices& choices, const Limits& limits, Budget& budget, Rule rule, Style style) {
  Line line;
  line.kernel = style == Style::point ? 1 : budget.draw(choices, std::min(limits.max_kernel, limits.max_extent));
  const Idx most_dilation = line.kernel == 1
                                ? limits.max_dilation
                                : std::min(limits.max_dilation, (limits.max_extent - 1) / (line.kernel - 1));
  line.axis.dilation = choices.chance(50) ? choices.pick(1, most_dilation) : 1;
  const Idx window = line.axis.dilation * (line.kernel - 1) + 1;
  line.axis.stride = choices.pick(1, limits.max_stride);
  if (style == Style::whole) {
    line.in = window;
    return line;
  }

  line.out = budget.draw(choices, (limits.max_extent - window) / line.axis.stride + 1);
  const Idx covered = (line.out - 1) * line.axis.stride + window;
  const Idx remainder = choices.pick(0, std::min(line.axis.stride - 1, limits.max_extent - covered));
  const Idx padded = covered + remainder;

  // Mostly paddings smaller than the window, but sometimes such that whole windows lie in the padding.
  const auto draw_padding = [&](Idx most) {
    if (!choices.chance(60)) return Idx{0};
    return choices.pick(0, choices.chance(10) ? most : std::min(most, window));
  };
  const Idx most_padding = rule == Rule::pool ? line.kernel / 2 : padded;
  line.axis.before = draw_padding(std::min(most_padding, padded - 1));
  Idx most_after = std::min(most_padding, padded - 1 - line.axis.before);
  // C4: with one cell in the padding on either side of the image, a window of two cells has no real one.
  if (rule == Rule::pool && line.kernel == 2 && padded == window && line.axis.before == 1) most_after = 0;
  line.axis.after = choices.chance(50) ? draw_padding(most_after) : std::min(line.axis.before, most_after);
  line.in = padded - line.axis.before - line.axis.after;
  return line;
}

template <class P>
void draw_window(Choices& choices, const Limits& limits, Budget& budget, Rule rule, P& p) {
  const Style style = draw_style(choices);
  Line height;  // an image of one row
  if (choices.chance(95)) height = draw_line(choices, limits, budget, rule, style);
  const bool square = !choices.chance(85) && height.kernel * height.out <= budget.left();
  if (square) budget.spend(height.kernel * height.out);
  set_height(p, height);
  set_width(p, square ? height : draw_line(choices, limits, budget, rule, style));
}

struct Channels {
  Idx groups, in_per_group, out_per_group;
};

Channels draw_channels(Choices& choices, const Limits& limits, Budget& budget) {
  const Idx kind = choices.pick(0, 9);  // 0..4 dense, 5..6 grouped, 7..8 depthwise, 9 depthwise with a multiplier
  const Idx most_groups = kind < 5 ? 1 : std::min(limits.max_groups, limits.max_channels);
  const Idx groups = budget.draw(choices, most_groups);
  const Idx most = limits.max_channels / groups;
  const Idx in = budget.draw(choices, kind < 7 ? most : 1);
  const Idx out = budget.draw(choices, kind < 7 || kind == 9 ? most : 1);
  return {groups, in, out};
}

}  // namespace

cnnspec_conv2d draw_conv2d(Choices& choices, const Limits& limits) {
  Budget budget(limits.max_taps);
  cnnspec_conv2d p{};
  draw_window(choices, limits, budget, Rule::conv, p);
  const Channels channels = draw_channels(choices, limits, budget);
  p.groups = channels.groups;
  p.in_channels = channels.groups * channels.in_per_group;
  p.out_channels = channels.groups * channels.out_per_group;
  p.batch = budget.draw(choices, limits.max_batch);
  return p;
}

cnnspec_pool2d draw_pool2d(Choices& choices, const Limits& limits) {
  Budget budget(limits.max_taps);
  cnnspec_pool2d p{};
  draw_window(choices, limits, budget, Rule::pool, p);
  p.channels = budget.draw(choices, limits.max_channels);
  p.batch = budget.draw(choices, limits.max_batch);
  return p;
}

cnnspec_linear draw_linear(Choices& choices, const Limits& limits) {
  Budget budget(limits.max_taps);
  cnnspec_linear p{};
  p.in_features = budget.draw(choices, limits.max_features);
  p.out_features = budget.draw(choices, limits.max_features);
  p.batch = budget.draw(choices, limits.max_batch);
  return p;
}

cnnspec_elementwise draw_elementwise(Choices& choices, const Limits& limits) {
  return {Budget(limits.max_taps).draw(choices, limits.max_count)};
}

Problem draw_problem(Choices& choices, LayerId family, const Limits& limits) {
  switch (family) {
    case LayerId::conv2d:
      return draw_conv2d(choices, limits);
    case LayerId::max_pool2d:
      return draw_pool2d(choices, limits);
    case LayerId::relu:
      return draw_elementwise(choices, limits);
    case LayerId::linear:
      return draw_linear(choices, limits);
  }
  return {};
}

}  // namespace cnnspec::checks

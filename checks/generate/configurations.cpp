#include "checks/generate/configurations.hpp"

#include <algorithm>

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

/// One axis of a window that moves.
struct Line {
  Idx in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;
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
  line.dilation = choices.chance(50) ? choices.pick(1, most_dilation) : 1;
  const Idx window = line.dilation * (line.kernel - 1) + 1;
  line.stride = choices.pick(1, limits.max_stride);
  if (style == Style::whole) {
    line.in = window;
    return line;
  }

  line.out = budget.draw(choices, (limits.max_extent - window) / line.stride + 1);
  const Idx covered = (line.out - 1) * line.stride + window;
  const Idx remainder = choices.pick(0, std::min(line.stride - 1, limits.max_extent - covered));
  const Idx padded = covered + remainder;

  // Mostly paddings smaller than the window, but sometimes such that whole windows lie in the padding.
  const auto draw_padding = [&](Idx most) {
    if (!choices.chance(60)) return Idx{0};
    return choices.pick(0, choices.chance(10) ? most : std::min(most, window));
  };
  const Idx most_padding = rule == Rule::pool ? line.kernel / 2 : padded;
  line.before = draw_padding(std::min(most_padding, padded - 1));
  Idx most_after = std::min(most_padding, padded - 1 - line.before);
  // C4: with one cell in the padding on either side of the image, a window of two cells has no real one.
  if (rule == Rule::pool && line.kernel == 2 && padded == window && line.before == 1) most_after = 0;
  line.after = choices.chance(50) ? draw_padding(most_after) : std::min(line.before, most_after);
  line.in = padded - line.before - line.after;
  return line;
}

struct Window {
  Line height, width;
};

Window draw_window(Choices& choices, const Limits& limits, Budget& budget, Rule rule) {
  const Style style = draw_style(choices);
  Window window;  // an image of one row
  if (choices.chance(95)) window.height = draw_line(choices, limits, budget, rule, style);
  const Line& height = window.height;
  const bool square = !choices.chance(85) && height.kernel * height.out <= budget.left();
  if (square) budget.spend(height.kernel * height.out);
  window.width = square ? height : draw_line(choices, limits, budget, rule, style);
  return window;
}

template <class P>
void set_window(P& p, const Window& window) {
  const auto& [height, width] = window;
  p.in_height = height.in, p.out_height = height.out, p.kernel_height = height.kernel;
  p.stride_height = height.stride, p.dilation_height = height.dilation;
  p.pad_top = height.before, p.pad_bottom = height.after;
  p.in_width = width.in, p.out_width = width.out, p.kernel_width = width.kernel;
  p.stride_width = width.stride, p.dilation_width = width.dilation;
  p.pad_left = width.before, p.pad_right = width.after;
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
  const Window window = draw_window(choices, limits, budget, Rule::conv);
  const Channels channels = draw_channels(choices, limits, budget);
  cnnspec_conv2d p{};
  set_window(p, window);
  p.groups = channels.groups;
  p.in_channels = channels.groups * channels.in_per_group;
  p.out_channels = channels.groups * channels.out_per_group;
  p.batch = budget.draw(choices, limits.max_batch);
  return p;
}

cnnspec_pool2d draw_pool2d(Choices& choices, const Limits& limits) {
  Budget budget(limits.max_taps);
  const Window window = draw_window(choices, limits, budget, Rule::pool);
  cnnspec_pool2d p{};
  set_window(p, window);
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

Problem draw_problem(Choices& choices, Family family, const Limits& limits) {
  switch (family) {
    case Family::conv2d:
      return draw_conv2d(choices, limits);
    case Family::max_pool2d:
      return draw_pool2d(choices, limits);
    case Family::elementwise:
      return draw_elementwise(choices, limits);
    case Family::linear:
      return draw_linear(choices, limits);
  }
  return {};
}

}  // namespace cnnspec::checks

#include "checks/generate/windows.hpp"

#include <algorithm>

#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// Which axes to draw: the special ones are too important to be left to chance.
enum class Style { any, point /*a kernel of one cell*/, whole /*a kernel as large as the image*/ };

Style draw_style(Choices& choices) {
  const Idx n = choices.pick(0, 9);
  return n < 8 ? Style::any : n < 9 ? Style::point : Style::whole;
}

/// Draws one axis: the part that windows cover, then the remainder, then the padding at both ends.
Line draw_line(Choices& choices, const Limits& limits, Budget& budget, bool pools, Style style) {
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

  // Paddings are mostly smaller than the window, but sometimes whole windows lie in the padding.
  const auto draw_padding = [&](Idx most) {
    if (!choices.chance(60)) return Idx{0};
    return choices.pick(0, choices.chance(10) ? most : std::min(most, window));
  };
  const Idx most_padding = pools ? line.kernel / 2 : padded;
  line.axis.before = draw_padding(std::min(most_padding, padded - 1));
  Idx most_after = std::min(most_padding, padded - 1 - line.axis.before);
  // C4: with one cell in the padding on either side of the image, a window of two cells has no real one.
  if (pools && line.kernel == 2 && padded == window && line.axis.before == 1) most_after = 0;
  line.axis.after = choices.chance(50) ? draw_padding(most_after) : std::min(line.axis.before, most_after);
  line.in = padded - line.axis.before - line.axis.after;
  return line;
}

}  // namespace

void draw_window(Choices& choices, const Limits& limits, Budget& budget, Problem& problem) {
  const Style style = draw_style(choices);
  const bool pools = is_pooling(layer_of(problem));
  Line height;  // an image of one row
  if (choices.chance(95)) height = draw_line(choices, limits, budget, pools, style);
  const bool square = !choices.chance(85) && height.kernel * height.out <= budget.left();
  if (square) budget.spend(height.kernel * height.out);
  Line width = square ? height : draw_line(choices, limits, budget, pools, style);
  // The number of windows of a convolution; the layer may have more in the remainder.
  height.out = outputs_of(problem, height), width.out = outputs_of(problem, width);
  set_height(problem, height), set_width(problem, width);
}

}  // namespace cnnspec::checks

#include "checks/generate/sized_windows.hpp"

#include <algorithm>

#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// A divisor of n, at most `most`.
Idx draw_divisor(Choices& choices, Idx n, Idx most) {
  std::vector<Idx> divisors;
  for (Idx d = 1; d <= std::min(n, most); ++d)
    if (n % d == 0) divisors.push_back(d);
  return divisors[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(divisors.size()) - 1))];
}

struct WantedLine {
  Idx in = 0, out = 0, kernel = 0;
};

/// Draws the padding before the first and after the last cell, at most `most` on either side.
void draw_padding(Choices& choices, Line& line, Idx most, Idx padded) {
  // Padding is rare: a kernel may be wrong only in a corner, and padding there would hide this.
  const auto draw = [&](Idx limit) { return choices.chance(20) ? choices.pick(0, std::min(most, limit)) : 0; };
  line.axis.before = draw(padded - 1);
  line.axis.after = choices.chance(50) ? std::min(line.axis.before, padded - 1 - line.axis.before)
                                       : draw(padded - 1 - line.axis.before);
}

Line draw_sized_line(Choices& choices, const WantedLine& wanted, Idx most_free, const Problem& problem) {
  Line line;
  const Idx most_kernel = wanted.in > 0 ? std::min(most_free, wanted.in) : most_free;
  line.kernel = wanted.kernel > 0 ? wanted.kernel : choices.pick(1, most_kernel);
  const bool is_small = line.kernel <= most_free;
  line.axis.dilation = is_small && choices.chance(20) ? choices.pick(1, 3) : 1;
  line.axis.stride = choices.chance(40) ? choices.pick(1, 3) : 1;
  const Idx window = line.axis.dilation * (line.kernel - 1) + 1;
  const bool pools = is_pooling(layer_of(problem));
  const Idx most_padding = pools ? line.kernel / 2 : std::min(window - 1, most_free);
  if (wanted.in > 0) {
    line.in = wanted.in;
    draw_padding(choices, line, most_padding, line.in + 1);
    line.out = outputs_of(problem, line);
    return line;
  }
  line.out = wanted.out > 0 ? wanted.out : choices.pick(1, most_free);
  const Idx covered = (line.out - 1) * line.axis.stride + window;
  const Idx padded = covered + choices.pick(0, line.axis.stride - 1);
  draw_padding(choices, line, most_padding, padded);
  line.in = padded - line.axis.before - line.axis.after;
  line.out = outputs_of(problem, line);  // the layer may have more windows than a convolution
  return line;
}

/// Whether a window has a cell that is not padding.
bool has_real_cell(const Line& line) {
  for (Idx i = 0; i < line.out; ++i)
    for (Idx p = 0; p < line.kernel; ++p) {
      const Idx place = i * line.axis.stride + p * line.axis.dilation - line.axis.before;
      if (0 <= place && place < line.in) return true;
    }
  return false;
}

}  // namespace

bool split(Choices& choices, Idx product, std::vector<Idx*> factors) {
  std::vector<Idx*> open;
  for (Idx* factor : factors) {
    if (*factor == 0) {
      open.push_back(factor);
    } else {
      if (product % *factor != 0) return false;
      product /= *factor;
    }
  }
  if (open.empty()) return product == 1;
  std::swap(open.back(), open[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(open.size()) - 1))]);
  for (std::size_t n = 0; n + 1 < open.size(); ++n) {
    constexpr Idx most = 8;
    *open[n] = choices.chance(50) ? draw_divisor(choices, product, most) : 1;
    product /= *open[n];
  }
  *open.back() = product;
  return true;
}

void draw_sized_window(Choices& choices, const WantedSizes& w, Idx most_free, Problem& problem) {
  const WantedLine height{w.of("input height"), w.of("output height"), w.of("kernel height")};
  const WantedLine width{w.of("input width"), w.of("output width"), w.of("kernel width")};
  set_height(problem, draw_sized_line(choices, height, most_free, problem));
  set_width(problem, draw_sized_line(choices, width, most_free, problem));
}

bool has_real_cells(const Problem& problem) {
  return !has_window(problem) || (has_real_cell(height_of(problem)) && has_real_cell(width_of(problem)));
}

}  // namespace cnnspec::checks

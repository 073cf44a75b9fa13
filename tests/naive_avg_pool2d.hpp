// The naive average pooling, written independently of the specification: it visits all taps of a window, wherever they
// are, and may make one mistake.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "cnnspec/kernel.h"

namespace cnnspec::tests {

enum class MeanMistake {
  none,
  times_reciprocal,  // not a mistake
  divides_or_not,    // not a mistake in a single window; but windows differ in how they divide
  padding_counted,
  padding_left_out,
  override_ignored,
  overhang_counted,
  divided_by_window,
  not_divided,
  last_tap_dropped,
  windows_assigned,
  last_row_not_written,
};

/// visit(out, divisor, cells...): calls `window` for each window, then `cell` for each of its cells in the image.
template <MeanMistake mistake, class Window, class Cell>
void for_each_mean(const cnnspec_avg_pool2d& p, Window window, Cell cell) {
  std::int64_t out = 0;
  for (std::int64_t plane = 0; plane < p.batch * p.channels; ++plane)
    for (std::int64_t i = 0; i < p.out_height; ++i)
      for (std::int64_t j = 0; j < p.out_width; ++j, ++out) {
        std::int64_t inside = 0, padded = 0;
        const auto for_each_tap = [&](auto visit) {
          for (std::int64_t t = 0; t < p.kernel_height * p.kernel_width; ++t) {
            if (mistake == MeanMistake::last_tap_dropped && t > 0 && t == p.kernel_height * p.kernel_width - 1)
              continue;
            const std::int64_t row = i * p.stride_height + t / p.kernel_width * p.dilation_height - p.pad_top;
            const std::int64_t column = j * p.stride_width + t % p.kernel_width * p.dilation_width - p.pad_left;
            visit(row, column, 0 <= row && row < p.in_height && 0 <= column && column < p.in_width);
          }
        };
        for_each_tap([&](std::int64_t row, std::int64_t column, bool is_inside) {
          inside += is_inside;
          padded += row < p.in_height + p.pad_bottom && column < p.in_width + p.pad_right;
        });
        bool counts = p.count_include_pad != 0;
        if (mistake == MeanMistake::padding_counted) counts = true;
        if (mistake == MeanMistake::padding_left_out) counts = false;
        std::int64_t divisor = counts ? padded : inside;
        if (mistake == MeanMistake::overhang_counted && counts) divisor = p.kernel_height * p.kernel_width;
        if (p.divisor_override > 0 && mistake != MeanMistake::override_ignored) divisor = p.divisor_override;
        if (mistake == MeanMistake::divided_by_window) divisor = p.kernel_height * p.kernel_width;
        if (mistake == MeanMistake::not_divided) divisor = 1;
        window(out, static_cast<float>(divisor));
        for_each_tap([&](std::int64_t row, std::int64_t column, bool is_inside) {
          if (is_inside) cell(out, (plane * p.in_height + row) * p.in_width + column);
        });
      }
}

template <MeanMistake mistake>
float divided(float v, float divisor, std::int64_t out) {
  const bool multiplies =
      mistake == MeanMistake::times_reciprocal || (mistake == MeanMistake::divides_or_not && out % 2);
  return multiplies ? v * (1 / divisor) : v / divisor;
}

template <MeanMistake mistake>
int naive_avg_pool2d_forward(const cnnspec_avg_pool2d* p, const float* x, float* y) {
  float divisor = 1;
  std::int64_t last = -1;
  const auto finish = [&] {
    if (last >= 0) y[last] = divided<mistake>(y[last], divisor, last);
  };
  for_each_mean<mistake>(
      *p,
      [&](std::int64_t out, float d) {
        finish();
        y[out] = 0, divisor = d, last = out;
      },
      [&](std::int64_t out, std::int64_t cell) { y[out] += x[cell]; });
  finish();
  return CNNSPEC_DONE;
}

template <MeanMistake mistake>
int naive_avg_pool2d_backward(const cnnspec_avg_pool2d* p, const float* dy, float* dx) {
  const std::int64_t count = p->batch * p->channels * p->in_height * p->in_width;
  const std::int64_t written = mistake == MeanMistake::last_row_not_written ? count - p->in_width : count;
  std::fill_n(dx, written, 0.0f);
  float share = 0;
  for_each_mean<mistake>(
      *p, [&](std::int64_t out, float divisor) { share = divided<mistake>(dy[out], divisor, out); },
      [&](std::int64_t, std::int64_t cell) {
        if (cell % count < written || mistake != MeanMistake::last_row_not_written)
          mistake == MeanMistake::windows_assigned ? void(dx[cell] = share) : void(dx[cell] += share);
      });
  return CNNSPEC_DONE;
}

}  // namespace cnnspec::tests

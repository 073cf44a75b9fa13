// The naive max pooling.
#include <cmath>
#include <limits>

#include "tests/naive_kernel_parts.hpp"

namespace cnnspec::tests {
namespace {

using Idx = std::int64_t;
constexpr float infinity = std::numeric_limits<float>::infinity();

struct Window {
  float best = -infinity;
  std::vector<Idx> winners;  // cells of the plane; none: padding, or nothing
};

/// The start value of the maximum in a kernel that does not distinguish "no cell yet".
bool starts_from(Mistake mistake, float& best) {
  switch (mistake) {
    case Mistake::starts_at_zero:
      best = 0;
      return true;
    case Mistake::starts_at_smallest:
      best = std::numeric_limits<float>::min();
      return true;
    case Mistake::starts_at_lowest:
      best = std::numeric_limits<float>::lowest();
      return true;
    case Mistake::index_left_at_minus_one:
      best = -infinity;
      return true;
    default:
      return false;
  }
}

/// Searches window (i, j) of a plane. `p`: the problem as the kernel reads it.
Window search(Mistake mistake, const cnnspec_pool2d& p, const float* plane, Idx i, Idx j) {
  Window result;
  bool found = starts_from(mistake, result.best);
  const bool takes_nan = mistake != Mistake::nan_ignored && mistake != Mistake::index_left_at_minus_one;
  const bool by_columns = mistake == Mistake::tie_by_columns;
  const Idx cells = p.kernel_height * p.kernel_width;
  for (Idx n = 0; n < cells; ++n) {
    if (mistake == Mistake::last_tap_dropped && n == cells - 1 && n > 0) continue;
    const Idx r = by_columns ? n % p.kernel_height : n / p.kernel_width;
    const Idx s = by_columns ? n / p.kernel_height : n % p.kernel_width;
    const Idx row = i * p.stride_height + r * p.dilation_height - p.pad_top;
    const Idx column = j * p.stride_width + s * p.dilation_width - p.pad_left;
    const bool outside = row < 0 || row >= p.in_height || column < 0 || column >= p.in_width;
    if (outside && mistake != Mistake::padding_is_zero) continue;
    if (mistake == Mistake::last_row_dropped && row == p.in_height - 1) continue;
    if (mistake == Mistake::last_column_dropped && column == p.in_width - 1) continue;

    const Idx cell = outside ? -1 : row * p.in_width + column;
    const float value = outside ? 0 : plane[cell];
    const bool tied = found && value == result.best;
    if (!found || value > result.best || (takes_nan && std::isnan(value)) ||
        (tied && mistake == Mistake::tie_to_last)) {
      result.best = value;
      result.winners.clear();
    } else if (!(tied && mistake == Mistake::tie_to_all)) {
      continue;
    }
    found = true;
    if (!outside) result.winners.push_back(cell);
  }
  if (mistake == Mistake::index_left_at_minus_one && result.winners.empty()) result.winners.push_back(-1);
  return result;
}

Idx x_count(const cnnspec_pool2d& p) { return p.batch * p.channels * p.in_height * p.in_width; }
Idx y_count(const cnnspec_pool2d& p) { return p.batch * p.channels * p.out_height * p.out_width; }

/// `visit(window, number of its plane, number of the output)` for each window.
template <class Visit>
void visit_windows(Mistake mistake, const cnnspec_pool2d& p, const float* x, Visit visit) {
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j) {
        const bool left_out = (mistake == Mistake::padding_after_ignored && reaches_padding_after(p, i, j)) ||
                              (mistake == Mistake::last_channel_dropped && plane % p.channels == p.channels - 1);
        if (left_out) continue;
        visit(search(mistake, p, x + plane * p.in_height * p.in_width, i, j), plane,
              (plane * p.out_height + i) * p.out_width + j);
      }
}

}  // namespace

int Naive::max_pool2d_forward(const cnnspec_pool2d& p, const float* x, float* y) const {
  std::vector<float> results(static_cast<std::size_t>(y_count(p)));
  visit_windows(mistake, read(p), x, [&](const Window& window, Idx, Idx out) { results[out] = window.best; });
  return finish(results, x, x_count(p), y);
}

int Naive::max_pool2d_backward(const cnnspec_pool2d& p, const float* x, const float* dy, float* dx) const {
  std::vector<Terms> terms(static_cast<std::size_t>(x_count(p)));
  visit_windows(mistake, read(p), x, [&](const Window& window, Idx plane, Idx out) {
    for (const Idx cell : window.winners) {
      const Idx n = plane * p.in_height * p.in_width + cell;
      if (n < 0) {
        dx[n] = dy[out];
        continue;
      }
      if (makes(Mistake::windows_assigned)) terms[n].clear();
      terms[n].emplace_back(dy[out], 1.0f);
    }
  });
  return finish(sums(terms), x, x_count(p), dx);
}

}  // namespace cnnspec::tests

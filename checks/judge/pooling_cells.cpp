#include "checks/judge/pooling_cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/judge/stream.hpp"

namespace cnnspec::checks {
namespace {

/// The cells of a window along one axis that are not padding: [first, last).
struct RealCells {
  Idx first, last;
};
RealCells real_cells(Idx begin, Idx kernel, Idx dilation, Idx in) {
  RealCells r{0, kernel};
  while (r.first < kernel && begin + r.first * dilation < 0) ++r.first;
  while (r.last > r.first && begin + (r.last - 1) * dilation >= in) --r.last;
  return r;
}

}  // namespace

Peaks::Peaks(const cnnspec_pool2d& p) : problem_(p), cells_(p.kernel_height * p.kernel_width), sets_(cells_) {
  if (cells_ <= most_cells_in_full) return;
  constexpr Idx least = 16;
  const Idx planes_and_windows = p.batch * p.channels * p.out_height * p.out_width;
  sets_ = std::clamp(2 * cells_ / planes_and_windows, least, most_cells_in_full);
}

std::vector<double> Peaks::x(Idx set, std::uint64_t seed) const {
  constexpr Idx height_of_peaks = 100, all_negative = 128;
  const cnnspec_pool2d& p = problem_;
  std::vector<double> x;
  x.reserve(static_cast<std::size_t>(p.batch * p.channels * p.in_height * p.in_width));
  Stream stream(seed, static_cast<std::uint64_t>(set));
  const Idx shift = set % 2 == 0 ? 0 : all_negative;
  const Idx begin = Stream(seed).below(cells_);
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane) {
    const Idx cell = cells_ <= most_cells_in_full ? set : (begin + set * p.batch * p.channels + plane) % cells_;
    for (Idx i = 0; i < p.in_height; ++i)
      for (Idx j = 0; j < p.in_width; ++j) {
        const bool is_peak = i / p.dilation_height % p.kernel_height == cell / p.kernel_width &&
                             j / p.dilation_width % p.kernel_width == cell % p.kernel_width;
        const Idx size = 1 + stream.below(height_of_peaks);
        x.push_back(static_cast<double>((is_peak ? size : -size) - shift));
      }
  }
  return x;
}

ShownCells::ShownCells(const Operation& operation)
    : problem_(std::get<cnnspec_pool2d>(operation.problem)),
      by_window_(problem_.kernel_height * problem_.kernel_width <= most_cells_in_full) {
  const cnnspec_pool2d& p = problem_;
  const Idx window = p.kernel_height * p.kernel_width;
  const Idx windows = p.batch * p.channels * p.out_height * p.out_width;
  shown_.resize(static_cast<std::size_t>(by_window_ ? window * windows : window));
  std::vector<bool> is_real(static_cast<std::size_t>(window));
  for_each_window([&](Idx, Idx, Idx, Idx, RealCells rows, RealCells columns) {
    if (by_window_) cells_ += (rows.last - rows.first) * (columns.last - columns.first);
    if (by_window_) return;
    for (Idx r = rows.first; r < rows.last; ++r)
      for (Idx s = columns.first; s < columns.last; ++s) is_real[static_cast<std::size_t>(r * p.kernel_width + s)] = true;
  });
  if (!by_window_) cells_ = std::count(is_real.begin(), is_real.end(), true);
}

template <class Visit>
void ShownCells::for_each_window(Visit visit) const {
  const cnnspec_pool2d& p = problem_;
  for (Idx n = 0, plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j, ++n) {
        const Idx row = i * p.stride_height - p.pad_top, column = j * p.stride_width - p.pad_left;
        visit(n, plane, row, column, real_cells(row, p.kernel_height, p.dilation_height, p.in_height),
              real_cells(column, p.kernel_width, p.dilation_width, p.in_width));
      }
}

void ShownCells::add(const std::vector<double>& x, const std::vector<double>* dy) {
  const cnnspec_pool2d& p = problem_;
  for_each_window([&](Idx n, Idx plane, Idx row, Idx column, RealCells rows, RealCells columns) {
    if (dy != nullptr && (*dy)[static_cast<std::size_t>(n)] == 0) return;
    double best = -std::numeric_limits<double>::infinity();
    Idx winner = -1;
    for (Idx r = rows.first; r < rows.last; ++r)
      for (Idx s = columns.first; s < columns.last; ++s) {
        const Idx place = (plane * p.in_height + row + r * p.dilation_height) * p.in_width + column + s * p.dilation_width;
        const double v = x[static_cast<std::size_t>(place)];
        if (std::isnan(v)) return;
        if (v > best)
          best = v, winner = r * p.kernel_width + s;
        else if (v == best)
          winner = -1;  // the loss of one of those that tie need not show
      }
    if (winner < 0 || std::isinf(best)) return;
    const Idx window = by_window_ ? n * p.kernel_height * p.kernel_width : 0;
    shown_[static_cast<std::size_t>(window + winner)] = true;
  });
}

Idx ShownCells::shown() const { return std::count(shown_.begin(), shown_.end(), true); }

}  // namespace cnnspec::checks

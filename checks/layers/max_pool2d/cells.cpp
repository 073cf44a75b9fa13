#include "checks/layers/max_pool2d/cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

/// A type with this many digits holds all numbers of the peaks exactly.
constexpr int usual_digits = 8;

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

bool shows_every_window(const cnnspec_pool2d& p) {
  const Idx cells = p.kernel_height * p.kernel_width;
  return cells <= most_cells_in_full && x_count(p) <= most_elements_of_peaks / cells;
}

Idx Peaks::sets(const cnnspec_pool2d& p) {
  const Idx cells = p.kernel_height * p.kernel_width, planes = p.batch * p.channels;
  if (shows_every_window(p)) return cells;
  // Enough sets to show each cell in some plane, if there is room for them.
  const Idx wanted = (cells + planes - 1) / planes, room = std::max(Idx{1}, most_elements_of_peaks / x_count(p));
  return std::min({wanted, room, most_cells_in_full});
}

Peaks::Peaks(const cnnspec_pool2d& p, std::uint64_t seed, int digits)
    : problem_(p),
      cells_(p.kernel_height * p.kernel_width),
      begin_(Stream(seed).below(cells_)),
      shift_(digits < usual_digits ? std::ldexp(1.0, digits - 1) : 128),
      sizes_(static_cast<std::size_t>(p.batch * p.channels * p.in_height * p.in_width)) {
  const Idx largest = digits < usual_digits ? (Idx{1} << (digits - 1)) - 1 : 100;
  Stream stream(seed, 1);
  for (double& size : sizes_) size = static_cast<double>(1 + stream.below(largest));
}

std::vector<double> Peaks::x(Idx set) const {
  const cnnspec_pool2d& p = problem_;
  const double shift = set % 2 == 0 ? 0 : shift_;
  std::vector<double> x;
  x.reserve(sizes_.size());
  for (const double size : sizes_) x.push_back(-size - shift);
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane) {
    const Idx cell = shows_every_window(p) ? set : (begin_ + set * p.batch * p.channels + plane) % cells_;
    for (Idx i = 0; i < p.in_height; ++i) {
      if (i / p.dilation_height % p.kernel_height != cell / p.kernel_width) continue;
      for (Idx j = cell % p.kernel_width * p.dilation_width; j < p.in_width; ++j) {
        if (j / p.dilation_width % p.kernel_width != cell % p.kernel_width) {
          j += (p.kernel_width - 1) * p.dilation_width - 1;  // to the next group of such columns
          continue;
        }
        const auto place = static_cast<std::size_t>((plane * p.in_height + i) * p.in_width + j);
        x[place] = sizes_[place] - shift;
      }
    }
  }
  return x;
}

ShownCells::ShownCells(const Operation& operation)
    : problem_(operation.problem.as<cnnspec_pool2d>()), by_window_(shows_every_window(problem_)) {
  const cnnspec_pool2d& p = problem_;
  const Idx window = p.kernel_height * p.kernel_width;
  const Idx windows = p.batch * p.channels * p.out_height * p.out_width;
  shown_.resize(static_cast<std::size_t>(by_window_ ? window * windows : window));
  std::vector<bool> is_real(static_cast<std::size_t>(window));
  for_each_window([&](Idx, Idx, Idx, Idx, RealCells rows, RealCells columns) {
    if (by_window_) cells_ += (rows.last - rows.first) * (columns.last - columns.first);
    if (by_window_) return;
    for (Idx r = rows.first; r < rows.last; ++r)
      for (Idx s = columns.first; s < columns.last; ++s)
        is_real[static_cast<std::size_t>(r * p.kernel_width + s)] = true;
  });
  if (!by_window_) cells_ = std::count(is_real.begin(), is_real.end(), true);
}

template <class Visit>
void ShownCells::for_each_window(Visit visit) const {
  const cnnspec_pool2d& p = problem_;
  std::vector<RealCells> rows, columns;
  for (Idx i = 0; i < p.out_height; ++i)
    rows.push_back(real_cells(i * p.stride_height - p.pad_top, p.kernel_height, p.dilation_height, p.in_height));
  for (Idx j = 0; j < p.out_width; ++j)
    columns.push_back(real_cells(j * p.stride_width - p.pad_left, p.kernel_width, p.dilation_width, p.in_width));
  for (Idx n = 0, plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j, ++n)
        visit(n, plane, i * p.stride_height - p.pad_top, j * p.stride_width - p.pad_left,
              rows[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]);
}

void ShownCells::add(const Operands<double>& inputs) {
  const std::vector<double>& x = inputs[0];
  const std::vector<double>* const dy = inputs.size() > 1 ? &inputs[1] : nullptr;
  if (count_ == cells_) return;
  const cnnspec_pool2d& p = problem_;
  for_each_window([&](Idx n, Idx plane, Idx row, Idx column, RealCells rows, RealCells columns) {
    if (dy != nullptr && (*dy)[static_cast<std::size_t>(n)] == 0) return;
    double best = -std::numeric_limits<double>::infinity();
    Idx winner = -1;
    for (Idx r = rows.first; r < rows.last; ++r)
      for (Idx s = columns.first; s < columns.last; ++s) {
        const Idx place =
            (plane * p.in_height + row + r * p.dilation_height) * p.in_width + column + s * p.dilation_width;
        const double v = x[static_cast<std::size_t>(place)];
        if (std::isnan(v)) return;
        if (v > best)
          best = v, winner = r * p.kernel_width + s;
        else if (v == best)
          winner = -1;  // if cells tie, the loss of one of them need not show
      }
    if (winner < 0 || std::isinf(best)) return;
    const Idx window = by_window_ ? n * p.kernel_height * p.kernel_width : 0;
    auto shown = shown_[static_cast<std::size_t>(window + winner)];
    if (!shown) ++count_;
    shown = true;
  });
}

}  // namespace cnnspec::checks

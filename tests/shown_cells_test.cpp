// Pooling cells: the data of peaks shows each of them, and a cell counts as shown if its loss changes the right result.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks/expect/reference.hpp"
#include "checks/layers/max_pool2d/cells.hpp"
#include "checks/layers/max_pool2d/draw.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/operation.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

/// The real cells of a window: each with its number in the window and its place in x.
struct Cell {
  Idx number;
  std::size_t place;
};
std::vector<std::vector<Cell>> windows_of(const cnnspec_pool2d& p) {
  std::vector<std::vector<Cell>> windows;
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j) {
        std::vector<Cell>& cells = windows.emplace_back();
        for (Idx n = 0; n < p.kernel_height * p.kernel_width; ++n) {
          const Idx h = i * p.stride_height - p.pad_top + n / p.kernel_width * p.dilation_height;
          const Idx w = j * p.stride_width - p.pad_left + n % p.kernel_width * p.dilation_width;
          if (h < 0 || h >= p.in_height || w < 0 || w >= p.in_width) continue;
          cells.push_back({n, static_cast<std::size_t>((plane * p.in_height + h) * p.in_width + w)});
        }
      }
  return windows;
}

cnnspec_pool2d draw_small(Choices& choices) {
  return draw_pool2d(choices, {.max_extent = 9, .max_channels = 2, .max_batch = 2, .max_kernel = 4, .max_taps = 2'000});
}

// ---- Peaks ----

/// In set n the peaks are positive, or above -128 if all numbers are shifted by that.
double least_peak(Idx set) { return set % 2 == 0 ? 0 : -128; }

TEST(Peaks, are_once_each_real_cell_of_each_window) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(300); ++n) {
    const cnnspec_pool2d p = draw_small(choices);
    const std::vector<std::vector<Cell>> windows = windows_of(p);
    const Peaks peaks(p, choices.seed(), 8);
    ASSERT_EQ(Peaks::sets(p), p.kernel_height * p.kernel_width);
    std::vector<std::set<Idx>> won(windows.size());
    for (Idx set = 0; set < Peaks::sets(p); ++set) {
      const std::vector<double> x = peaks.x(set);
      ASSERT_EQ(static_cast<Idx>(x.size()), x_count(p));
      for (const double v : x) ASSERT_TRUE(v == std::trunc(v) && std::fabs(v) <= 256) << "a number of every type";
      for (std::size_t w = 0; w < windows.size(); ++w) {
        Idx found = 0;
        for (const Cell& c : windows[w]) {
          if (!(x[c.place] > least_peak(set))) continue;
          ++found;
          ASSERT_TRUE(won[w].insert(c.number).second) << "twice: " << to_descriptor(p);
        }
        ASSERT_LE(found, 1) << to_descriptor(p);
      }
    }
    for (std::size_t w = 0; w < windows.size(); ++w) ASSERT_EQ(won[w].size(), windows[w].size()) << to_descriptor(p);
  }
}

TEST(Peaks, of_large_windows_are_a_bounded_number_of_sets_and_elsewhere_in_each_plane) {
  const auto problem = [](const char* descriptor) {
    return tests::operation(Op::max_pool2d_forward, descriptor).problem.as<cnnspec_pool2d>();
  };
  for (const char* descriptor : {"mb1ic1ih33oh1kh33", "mb2ic4ih34oh2kh33", "mb1ic1ih70oh1kh70", "mb4ic16ih34oh2kh33"}) {
    const cnnspec_pool2d p = problem(descriptor);
    EXPECT_GE(Peaks::sets(p), 16) << descriptor;
    EXPECT_LE(Peaks::sets(p), most_cells_in_full) << descriptor;
    const Peaks peaks(p, 3, 8);
    const std::vector<std::vector<Cell>> windows = windows_of(p);
    std::set<Idx> won;
    ShownCells shown(operation_of(Op::max_pool2d_forward, p));
    for (Idx set = 0; set < Peaks::sets(p); ++set) {
      const std::vector<double> x = peaks.x(set);
      shown.add({x});
      for (const std::vector<Cell>& window : windows) {
        const auto best = std::ranges::max_element(window, {}, [&](const Cell& c) { return x[c.place]; });
        if (std::ranges::count_if(window, [&](const Cell& c) { return x[c.place] == x[best->place]; }) == 1)
          won.insert(best->number);
      }
    }
    EXPECT_EQ(shown.all(), p.kernel_height * p.kernel_width) << descriptor;
    EXPECT_EQ(shown.shown(), static_cast<Idx>(won.size())) << descriptor;
    const Idx tries = Peaks::sets(p) * p.batch * p.channels;
    EXPECT_GE(shown.shown(), std::min(tries, shown.all()) * 9 / 10) << descriptor;
  }
}

// ---- Which cells are shown ----

std::vector<double> right(const Operation& operation, Operands<double> inputs) { return run_spec(operation, inputs); }

/// Whether a window shows a cell, by the definition: the right result changes if the cell is replaced by a number less
/// than all others. `dy`: null, or dy of a backward pass. Three cases show nothing, because kernels may differ: several
/// greatest cells, NaN, and windows with only -inf.
bool shows(const Operation& operation, const std::vector<double>& x, const std::vector<double>* dy, std::size_t window,
           const std::vector<Cell>& cells, std::size_t place) {
  constexpr double less = -1000;
  const Operation forward = operation_of(Op::max_pool2d_forward, operation.problem);
  const double before = right(forward, {x})[window];
  if (std::ranges::any_of(cells, [&](const Cell& c) { return std::isnan(x[c.place]); })) return false;
  if (before == -infinity) return false;
  std::vector<double> without = x;
  without[place] = less;
  const bool changes = right(forward, {without})[window] != before;
  if (dy == nullptr || !changes) return changes;
  const auto is_greater = [&](const Cell& c) { return c.place != place && x[c.place] > less; };
  if (std::ranges::none_of(cells, is_greater)) return (*dy)[window] != 0;  // no other cell could have got it
  std::vector<double> alone(dy->size());
  alone[window] = (*dy)[window];
  return right(operation, {without, alone}) != right(operation, {x, alone});
}

TEST(ShownCells, are_those_whose_loss_changes_what_is_right) {
  RandomChoices choices(tests::test_seed());
  Idx none = 0, some = 0, all = 0;
  for (int n = 0; n < tests::scaled(120); ++n) {
    const Op op = n % 2 == 0 ? Op::max_pool2d_forward : Op::max_pool2d_backward;
    const Operation operation = operation_of(op, draw_small(choices));
    const auto& p = operation.problem.as<cnnspec_pool2d>();
    const std::vector<std::vector<Cell>> windows = windows_of(p);
    ShownCells counted(operation);
    std::set<std::pair<std::size_t, Idx>> shown;
    std::size_t cells = 0;
    for (const std::vector<Cell>& window : windows) cells += window.size();
    EXPECT_EQ(counted.all(), static_cast<Idx>(cells)) << to_descriptor(p);
    const Idx largest = choices.pick(1, 30);
    for (int set = 0; set < 4; ++set) {
      std::vector<double> x(static_cast<std::size_t>(x_count(p))), dy(static_cast<std::size_t>(y_count(p)));
      for (double& v : x) {
        v = static_cast<double>(choices.pick(-largest, largest));
        if (choices.chance(30)) v = choices.chance(10) ? nan : -infinity;
      }
      for (double& v : dy) v = static_cast<double>(choices.pick(-1, 2));
      const std::vector<double>* const gradient = op == Op::max_pool2d_backward ? &dy : nullptr;
      counted.add(gradient == nullptr ? Operands<double>{x} : Operands<double>{x, dy});
      for (std::size_t w = 0; w < windows.size(); ++w)
        for (const Cell& c : windows[w])
          if (shows(operation, x, gradient, w, windows[w], c.place)) shown.insert({w, c.number});
      ASSERT_EQ(counted.shown(), static_cast<Idx>(shown.size())) << name_of(op) << " " << to_descriptor(p);
    }
    ++(shown.empty() ? none : shown.size() < cells ? some : all);
  }
  EXPECT_GT(some, none + all) << "a test that shows everything or nothing shows little";
}

TEST(ShownCells, ties_zeros_and_what_is_no_number_show_nothing) {
  const auto shown = [](std::vector<double> x, std::vector<double> dy = {}) {
    const Op op = dy.empty() ? Op::max_pool2d_forward : Op::max_pool2d_backward;
    ShownCells cells(tests::operation(op, "mb1ic1ih2oh1kh2"));
    cells.add(dy.empty() ? Operands<double>{x} : Operands<double>{x, dy});
    EXPECT_EQ(cells.all(), 4);
    return cells.shown();
  };
  EXPECT_EQ(shown({1, 2, 3, 4}), 1);
  EXPECT_EQ(shown({1, 2, 3, 4}, {-1}), 1);
  EXPECT_EQ(shown({1, 2, 3, 4}, {0}), 0);
  EXPECT_EQ(shown({1, 4, 3, 4}), 0);
  EXPECT_EQ(shown({4, 4, 3, 4}, {1}), 0);
  EXPECT_EQ(shown({4, nan, 3, 5}), 0);
  EXPECT_EQ(shown({-infinity, -infinity, -infinity, -infinity}), 0);
  EXPECT_EQ(shown({-infinity, -infinity, -7, -infinity}), 1);
}

}  // namespace
}  // namespace cnnspec::checks

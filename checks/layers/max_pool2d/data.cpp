// max_pool2d's own data: windows with ties, windows with only -inf, and sets in which each cell of each window is the
// greatest once.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "checks/data/data_of_layer.hpp"
#include "checks/layers/max_pool2d/cells.hpp"
#include "checks/layers/max_pool2d/room.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_pool2d;
using Use = DataFamily::Use;
constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

bool anywhere(const Operation&, const Arithmetic&, const ExactPlan&) { return true; }

// x is special; dy comes from the exact families.

template <class Draw>
Operands<double> with_x(const Operation& o, const ExactPlan& plan, std::uint64_t seed, Draw draw) {
  Operands<double> inputs = draw_integers(o, plan, seed, 0);
  Stream stream(~seed, 0);
  for (double& e : inputs[0]) e = draw(stream);
  return inputs;
}

Operands<double> draw_ties(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  return with_x(o, plan, seed, [](Stream& s) { return static_cast<double>(s.below(3) - 1); });
}
Operands<double> draw_constant(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  return with_x(o, plan, seed, [](Stream&) { return -3.0; });
}
Operands<double> draw_negative(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  return with_x(o, plan, seed, [](Stream& s) { return -1.0 - static_cast<double>(s.below(99)); });
}
/// Sorted in the order of memory. If there are more cells than integers in the type, the numbers start again.
Operands<double> draw_sorted(const Operation& o, const Arithmetic& a, const ExactPlan& plan, std::uint64_t seed,
                             bool descending) {
  Operands<double> inputs = draw_integers(o, plan, seed, 0);
  const Idx count = static_cast<Idx>(inputs[0].size()), values = Idx{1} << a.storage.digits;
  for (Idx n = 0; n < count; ++n) {
    const Idx v = n % values - std::min(count, values) / 2;
    inputs[0][static_cast<std::size_t>(n)] = static_cast<double>(descending ? -v : v);
  }
  return inputs;
}
Operands<double> draw_ascending(const Operation& o, const Arithmetic& a, const ExactPlan& plan, std::uint64_t seed) {
  return draw_sorted(o, a, plan, seed, false);
}
Operands<double> draw_descending(const Operation& o, const Arithmetic& a, const ExactPlan& plan, std::uint64_t seed) {
  return draw_sorted(o, a, plan, seed, true);
}

const P& pooling(const Operation& o) { return o.problem.as<P>(); }
Idx sets_of_peaks(const Operation& o) { return Peaks::sets(pooling(o)); }

/// dy: odd, and, if possible, so small that the sum for one cell is exact in the accumulator.
std::vector<double> dy_of_peaks(const Operation& o, const Arithmetic& a, std::uint64_t seed) {
  const Idx most = std::clamp((Idx{1} << std::min(a.accumulator.digits, 24)) / o.most_terms(), Idx{1}, Idx{15});
  Stream stream(~seed);
  std::vector<double> dy(static_cast<std::size_t>(o.inputs[1].count()));
  for (double& e : dy) {
    const Idx size = 2 * stream.below((most + 1) / 2) + 1;
    e = static_cast<double>(stream.below(2) == 0 ? size : -size);
  }
  return dy;
}
std::function<Operands<double>(Idx)> peaks_in_sets(const Operation& o, const Arithmetic& a, std::uint64_t seed) {
  std::vector<double> dy = o.inputs.size() > 1 ? dy_of_peaks(o, a, seed) : std::vector<double>{};
  return [peaks = Peaks(pooling(o), seed, a.storage.digits), dy = std::move(dy)](Idx n) {
    Operands<double> inputs{peaks.x(n)};
    if (!dy.empty()) inputs.push_back(dy);
    return inputs;
  };
}
Operands<double> draw_peaks(const Operation& o, const Arithmetic& a, const ExactPlan&, std::uint64_t seed) {
  return peaks_in_sets(o, a, seed)(0);
}

Operands<double> draw_minus_infinity(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  const bool everywhere = Stream(seed, 99).below(2) == 0;
  return with_x(o, plan, seed, [&](Stream& s) {
    return everywhere || s.below(4) > 0 ? minus_infinity : static_cast<double>(s.below(5) - 2);
  });
}

constexpr std::array families{
    DataFamily{
        "ties", Use::in_turn,
        [](const Operation&) { return std::string("an x of few different integers, so that windows have ties"); },
        anywhere, draw_ties},
    DataFamily{"constant", Use::in_turn,
               [](const Operation&) { return std::string("a constant x, so that all cells of a window tie"); },
               anywhere, draw_constant},
    DataFamily{"all-negative", Use::in_turn,
               [](const Operation&) { return std::string("an x of negative integers only"); }, anywhere, draw_negative},
    DataFamily{"minus-infinity", Use::in_turn,
               [](const Operation&) { return std::string("an x with windows of nothing but -inf"); }, anywhere,
               draw_minus_infinity, nullptr, nullptr, /* is_left_open */ true},
    DataFamily{"peaks", Use::always,
               [](const Operation&) {
                 return std::string("an x in which one and the same cell of the windows is the greatest");
               },
               anywhere, draw_peaks, sets_of_peaks, peaks_in_sets},
    DataFamily{"ascending", Use::always, [](const Operation&) { return std::string("an x of ascending integers"); },
               anywhere, draw_ascending},
    DataFamily{"descending", Use::always, [](const Operation&) { return std::string("an x of descending integers"); },
               anywhere, draw_descending},
};

/// Leaves open the result of a window with only -inf, where libraries differ. All cells of such a window are -inf.
void leave_infinities(const Operation& operation, DataSet& set) {
  const bool backward = operation.inputs.size() > 1;
  set.expected.bounds.resize(set.expected.values.size());
  for (std::size_t n = 0; n < set.expected.values.size(); ++n) {
    const auto place = static_cast<std::size_t>(set.expected.place(n));
    if ((backward ? set.inputs[0][place] : static_cast<double>(set.expected.values[n])) == minus_infinity)
      set.expected.bounds[n] = std::numeric_limits<double>::quiet_NaN();
  }
}

std::unique_ptr<Shown> shown_cells(const Operation& operation) { return std::make_unique<ShownCells>(operation); }

}  // namespace

const DataOfLayer max_pool2d_data{.families = families, .leave_open = leave_infinities, .shown = shown_cells};

}  // namespace cnnspec::checks

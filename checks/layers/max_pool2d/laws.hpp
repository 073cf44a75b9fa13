// The laws of max_pool2d: P1 to P6, N1, N3 to N5, the independent twin, and the laws of every backward.
#pragma once

#include <functional>
#include <limits>

#include "checks/laws/law.hpp"
#include "checks/laws/problems.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/laws/term.hpp"
#include "checks/layers/max_pool2d/functions.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/layers/max_pool2d/twin.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using MaxPool2dLaw = Law<MaxPool2dFunctions<T>, cnnspec_pool2d>;

/// For every scalar that computes exactly with small whole numbers; laws about NaN and infinity if T has them.
template <class T>
std::vector<MaxPool2dLaw<T>> max_pool2d_laws();

/// N1, which needs its own scalar.
std::vector<MaxPool2dLaw<Term>> max_pool2d_order_laws();

extern template std::vector<MaxPool2dLaw<Int128>> max_pool2d_laws();
extern template std::vector<MaxPool2dLaw<double>> max_pool2d_laws();

/// The real cells of the window of y[.,i,j], as row*W + column, in row-major window order.
inline std::vector<Idx> cells_of_window(const cnnspec_pool2d& p, Idx i, Idx j) {
  std::vector<Idx> cells;
  for (Idx above = i * p.stride_height - p.pad_top, k = 0; k < p.kernel_height; ++k, above += p.dilation_height)
    for (Idx beside = j * p.stride_width - p.pad_left, l = 0; l < p.kernel_width; ++l, beside += p.dilation_width)
      if (above >= 0 && above < p.in_height && beside >= 0 && beside < p.in_width)
        cells.push_back(above * p.in_width + beside);
  return cells;
}

/// Calls `visit(c, i, j, cells)` for each window.
template <class Visit>
void for_each_window(const cnnspec_pool2d& p, Visit visit) {
  for (Idx i = 0; i < p.out_height; ++i)
    for (Idx j = 0; j < p.out_width; ++j) {
      const std::vector<Idx> cells = cells_of_window(p, i, j);
      for (Idx c = 0; c < p.channels; ++c) visit(c, i, j, cells);
    }
}

/// The cell at row*W + column of channel c.
template <class Image>
auto& cell_of(Image& x, Idx c, Idx place) {
  return x[c * x.extent(1) * x.extent(2) + place];
}

template <class T>
bool is_nan(const T& v) {
  return !(v == v);
}

/// N4 and N5: the last NaN, or else the first of the greatest cells.
template <class T>
Image<Idx> winners_by_rule(const cnnspec_pool2d& p, const Image<T>& x) {
  Image<Idx> winners(y_shape(p));
  for_each_window(p, [&](Idx c, Idx i, Idx j, const std::vector<Idx>& cells) {
    Idx best = cells.at(0);
    for (const Idx cell : cells)
      if (cell_of(x, c, best) < cell_of(x, c, cell)) best = cell;
    for (const Idx cell : cells)
      if (is_nan(cell_of(x, c, cell))) best = cell;
    winners(c, i, j) = best;
  });
  return winners;
}
template <class T>
Image<T> values_at(const Image<T>& x, const Image<Idx>& winners) {
  const Idx windows = winners.extent(1) * winners.extent(2);
  return tensor_of<T>(winners.shape(), [&](Idx n) { return cell_of(x, n / windows, winners[n]); });
}
/// An image of zeros, with each dy added at its winner.
template <class T>
Image<T> collected_at(const ImageShape& x, const Image<Idx>& winners, const Image<T>& dy) {
  Image<T> dx(x);
  const Idx windows = winners.extent(1) * winners.extent(2);
  for (Idx n = 0; n < dy.size(); ++n) cell_of(dx, n / windows, winners[n]) += dy[n];
  return dx;
}
/// Replaces NaN by a number that does not occur in the data, because NaN is not equal to itself.
template <class T>
Image<T> with_nan_named(const Image<T>& x) {
  return mapped(x, [](const T& v) { return is_nan(v) ? T(31415) : v; });
}

/// Whether y, winners and dx follow the rule.
template <class T>
Outcome follows_the_rule(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& p, const Image<T>& x, Choices& data) {
  const auto g = config_of(p);
  const auto dy = draw<T>(y_shape(p), data);
  const auto winners = winners_by_rule(p, x);
  return Outcome()
      .equal("winners", winners, f.winners(x, g))
      .equal("y", with_nan_named(values_at(x, winners)), with_nan_named(f.forward(x, g)))
      .equal("dx", collected_at(x.shape(), winners, dy), f.backward(x, dy, g));
}

/// Few different values, so that ties are frequent; on both sides of zero, or all below it.
template <class T>
Image<T> draw_ties(const cnnspec_pool2d& p, Choices& data) {
  const int lowest = data.chance(50) ? -20 : -2;
  return draw<T>(x_shape(p), data, lowest, lowest + 4);
}

// P1 to P4

template <class T>
Outcome P1_the_greatest_cell_of_its_window(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem,
                                           Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_ties<T>(p, data);
  const auto y = f.forward(x, config_of(p));
  const auto winners = f.winners(x, config_of(p));
  Outcome outcome;
  for_each_window(p, [&](Idx c, Idx i, Idx j, const std::vector<Idx>& cells) {
    const bool inside = std::find(cells.begin(), cells.end(), winners(c, i, j)) != cells.end();
    outcome.require(inside, "winners", {c, i, j}, "a real cell of the window", winners(c, i, j));
    if (inside) outcome.equal_number("y at its winner", cell_of(x, c, winners(c, i, j)), y(c, i, j));
    for (const Idx cell : cells)
      outcome.require(cell_of(x, c, cell) <= y(c, i, j), "y", {c, i, j},
                      "at least " + text_of(cell_of(x, c, cell)) + ", a cell of the window", y(c, i, j));
  });
  return outcome;
}

template <class T>
Outcome P2_commutes_with_increasing_maps(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = draw_ties<T>(p, data);
  const auto dy = draw<T>(y_shape(p), data);
  const std::function<T(const T&)> maps[] = {
      [](const T& v) { return v + T(1000); }, [](const T& v) { return T(5) * v; },
      [](const T& v) { return T(3) * v + T(7); }, [](const T& v) { return v * v * v + v; }};
  Outcome outcome;
  for (const auto& increasing : maps) {
    const auto image = mapped(x, increasing);
    outcome.equal("y", mapped(f.forward(x, g), increasing), f.forward(image, g))
        .equal("winners", f.winners(x, g), f.winners(image, g))
        .equal("dx", f.backward(x, dy, g), f.backward(image, dy, g));
  }
  return outcome;
}

template <class T>
Outcome P3_the_sum_of_dy_is_conserved(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_ties<T>(p, data);
  const auto dy = draw<T>(y_shape(p), data);
  const auto dx = f.backward(x, dy, config_of(p));
  const auto sum_of_channel = [](const Image<T>& image, Idx c) {
    const auto channel = slices(image, c, 1);
    return dot(channel, mapped(channel, [](const T&) { return T(1); }));
  };
  Outcome outcome;
  for (Idx c = 0; c < p.channels; ++c)
    outcome.equal_number("sum of dx in channel " + std::to_string(c), sum_of_channel(dy, c), sum_of_channel(dx, c));
  return outcome;
}

template <class T>
Outcome P3_zero_off_the_winners(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_ties<T>(p, data);
  const auto winners = f.winners(x, config_of(p));
  const auto dx = f.backward(x, draw<T>(y_shape(p), data, 1, 9), config_of(p));
  Image<Idx> wins(x.shape());
  for_each_window(p, [&](Idx c, Idx i, Idx j, const std::vector<Idx>& cells) {
    if (std::find(cells.begin(), cells.end(), winners(c, i, j)) != cells.end()) ++cell_of(wins, c, winners(c, i, j));
  });
  Outcome outcome;
  for (Idx n = 0; n < x.size(); ++n) {
    const std::vector<Idx> index{n / (p.in_height * p.in_width), n / p.in_width % p.in_height, n % p.in_width};
    const bool zero = dx[n] == T(0);
    outcome.require(zero == (wins[n] == 0), "dx", index, wins[n] == 0 ? "0, for no winner" : "not 0, for a winner",
                    dx[n]);
  }
  return outcome;
}

template <class T>
Outcome P3_a_point_window_is_the_identity(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem,
                                          Choices& data) {
  const MaxPool2dConfig g{1, 1, {.dilation = problem.dilation_height}, {.dilation = problem.dilation_width}};
  const auto x = draw<T>(x_shape(problem), data), dy = draw<T>(x_shape(problem), data);
  return Outcome().equal("y", x, f.forward(x, g)).equal("dx", dy, f.backward(x, dy, g));
}

/// The largest distances are composed of windows of the given kernel and of a random one. With ties, the two
/// compositions may select different cells; so for dx all cells differ.
template <class T>
Outcome P4_stride_1_pools_compose(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const MaxPool2dConfig first{problem.kernel_height, problem.kernel_width, {}, {}};
  const MaxPool2dConfig second{data.pick(1, 3), data.pick(1, 3), {}, {}};
  const MaxPool2dConfig both{
      first.kernel_height + second.kernel_height - 1, first.kernel_width + second.kernel_width - 1, {}, {}};
  const auto shape = dyn_shape(problem.channels, std::max(problem.in_height, both.kernel_height + 1),
                               std::max(problem.in_width, both.kernel_width + 1));
  const auto tied = draw<T>(shape, data, -2, 2);
  const auto x = draw_distinct<T>(shape, data);
  const auto dy = draw<T>(max_pool2d_shape(shape, both), data);
  const auto between = f.forward(x, first);
  return Outcome()
      .equal("y", f.forward(f.forward(tied, first), second), f.forward(tied, both))
      .equal("dx", f.backward(x, f.backward(between, dy, second), first), f.backward(x, dy, both));
}

// P5

/// All ways to rank n things with ties: all (r_0, ..., r_{n-1}) whose values are 0, 1, ..., m without a gap.
inline std::vector<std::vector<int>> weak_orders(int n) {
  std::vector<std::vector<int>> orders;
  std::vector<int> ranks(static_cast<std::size_t>(n), 0);
  const auto has_no_gap = [&] {
    for (const int rank : ranks)
      if (rank > 0 && std::find(ranks.begin(), ranks.end(), rank - 1) == ranks.end()) return false;
    return true;
  };
  for (;;) {
    if (has_no_gap()) orders.push_back(ranks);
    std::size_t digit = 0;
    while (digit < ranks.size() && ++ranks[digit] == n) ranks[digit++] = 0;
    if (digit == ranks.size()) return orders;
  }
}

/// One window of kernel_height x kernel_width, with the problem's dilation; each weak order is a channel. The cells
/// between the taps are greater than all taps and must not win.
template <class T>
Outcome P5_every_weak_order(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Idx kernel_height,
                            Idx kernel_width) {
  const auto orders = weak_orders(static_cast<int>(kernel_height * kernel_width));
  cnnspec_pool2d p{};
  p.channels = static_cast<Idx>(orders.size()), p.in_height = p.in_width = 1;
  p.kernel_height = kernel_height, p.kernel_width = kernel_width, p.stride_height = p.stride_width = 1;
  p.dilation_height = problem.dilation_height, p.dilation_width = problem.dilation_width;
  p = fitted(p);
  const auto places = cells_of_window(p, 0, 0);
  auto x = tensor_of<T>(x_shape(p), [](Idx) { return T(100); });
  Image<Idx> winners(y_shape(p));
  for (Idx c = 0; c < p.channels; ++c) {
    const std::vector<int>& ranks = orders[static_cast<std::size_t>(c)];
    for (std::size_t n = 0; n < ranks.size(); ++n) cell_of(x, c, places[n]) = T(ranks[n]);
    const auto greatest = std::max_element(ranks.begin(), ranks.end());  // the first of them
    winners[c] = places[static_cast<std::size_t>(greatest - ranks.begin())];
  }
  const auto g = config_of(p);
  const auto dy = tensor_of<T>(winners.shape(), [](Idx) { return T(1); });
  return Outcome()
      .equal("winners", winners, f.winners(x, g))
      .equal("y", values_at(x, winners), f.forward(x, g))
      .equal("dx", collected_at(x.shape(), winners, dy), f.backward(x, dy, g));
}
template <class T>
Outcome P5_all_75_orders_of_2x2(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices&) {
  return P5_every_weak_order(f, problem, 2, 2);
}
template <class T>
Outcome P5_all_4683_orders_of_2x3(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices&) {
  return P5_every_weak_order(f, problem, 2, 3);
}

// P6

/// The gradient of one output with respect to its window: weights on the tied cells that sum to one.
template <class T>
Outcome P6_a_convex_combination_of_the_tied(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem,
                                            Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_ties<T>(p, data);
  const auto y = f.forward(x, config_of(p));
  Image<T> dy(y.shape());
  const Idx c = data.pick(0, p.channels - 1), i = data.pick(0, p.out_height - 1), j = data.pick(0, p.out_width - 1);
  dy(c, i, j) = T(1);
  const auto dx = f.backward(x, dy, config_of(p));
  const std::vector<Idx> cells = cells_of_window(p, i, j);
  Outcome outcome;
  T sum(0);
  for (Idx n = 0; n < x.size(); ++n) {
    const Idx plane = p.in_height * p.in_width, channel = n / plane, place = n % plane;
    const bool tied = channel == c && x[n] == y(c, i, j) && std::find(cells.begin(), cells.end(), place) != cells.end();
    outcome.require(tied ? T(0) <= dx[n] : dx[n] == T(0), "dx", {channel, place / p.in_width, place % p.in_width},
                    tied ? "at least 0, on a tied cell" : "0, off the tied cells", dx[n]);
    sum += dx[n];
  }
  return outcome.equal_number("sum of the weights", T(1), sum);
}

/// max is convex: along any direction v, y(x) - y(x-v) <= <v, dx> <= y(x+v) - y(x). The tied cells of x are a thousand
/// above the others, and |v| < 10, so both differences are the one-sided derivatives themselves.
template <class T>
Outcome P6_between_the_one_sided_quotients(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem,
                                           Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = mapped(draw<T>(x_shape(p), data, -1, 0), [](const T& v) { return T(1000) * v; });
  const auto v = draw<T>(x_shape(p), data);
  const auto y = f.forward(x, g);
  const auto after = combination(1, f.forward(combination(1, x, 1, v), g), -1, y);
  const auto before = combination(1, y, -1, f.forward(combination(1, x, -1, v), g));
  Image<T> dy(y.shape());
  const Idx n = data.pick(0, dy.size() - 1);
  dy[n] = T(1);
  const T derivative = dot(v, f.backward(x, dy, g));
  return Outcome().require(before[n] <= derivative && derivative <= after[n], "<v, dx> of output " + std::to_string(n),
                           {}, "a number from " + text_of(before[n]) + " to " + text_of(after[n]), derivative);
}

// N1, N3 to N5

inline Outcome N1_windows_add_in_order(const MaxPool2dFunctions<Term>& f, const cnnspec_pool2d& problem,
                                       Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_named(x_shape(p), "x", data), dy = draw_named(y_shape(p), "dy", data);
  return Outcome().equal("dx", collected_at(x.shape(), winners_by_rule(p, x), dy), f.backward(x, dy, config_of(p)));
}
template <class T>
Outcome N3_padding_never_wins(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = with_padding(problem);
  return follows_the_rule(f, p, draw<T>(x_shape(p), data, -9, -1), data);
}
template <class T>
Outcome N3_a_real_cell_wins_among_minus_infinities(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem,
                                                   Choices& data) {
  const cnnspec_pool2d p = with_padding(problem);
  const T minus_infinity = -std::numeric_limits<T>::infinity();
  const auto x = tensor_of<T>(x_shape(p), [&](Idx) { return data.chance(80) ? minus_infinity : T(-1); });
  return follows_the_rule(f, p, x, data);
}
template <class T>
Outcome N4_the_first_of_the_tied_wins(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  return follows_the_rule(f, p, draw_ties<T>(p, data), data);
}
template <class T>
Outcome N5_the_last_nan_wins(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  auto x = draw_ties<T>(p, data);
  for (Idx n = 0; n < x.size(); ++n)
    if (data.chance(30)) x[n] = std::numeric_limits<T>::quiet_NaN();
  return follows_the_rule(f, p, x, data);
}

// The twin, and the laws of every backward

template <class T>
Outcome max_pool2d_agrees_with_the_twin(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = draw_ties<T>(p, data);
  const auto dy = draw<T>(y_shape(p), data);
  const auto twin = twins::max_pool2d_forward(p, x);
  return Outcome()
      .equal("y", twin.y, f.forward(x, g))
      .equal("winners", twin.winners, f.winners(x, g))
      .equal("dx", twins::max_pool2d_backward(p, x, dy), f.backward(x, dy, g));
}

template <class T>
Outcome zero_cotangent_gives_zero(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto x = draw_ties<T>(p, data);
  return Outcome().equal("dx", zeros<T>(x.shape()), f.backward(x, zeros<T>(y_shape(p)), config_of(p)));
}

template <class T>
Outcome backward_is_linear(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = draw_ties<T>(p, data);
  const auto dy = draw<T>(y_shape(p), data), dv = draw<T>(y_shape(p), data);
  return Outcome().equal("dx", combination(2, f.backward(x, dy, g), -3, f.backward(x, dv, g)),
                         f.backward(x, combination(2, dy, -3, dv), g));
}

template <class T>
Outcome two_runs_are_identical(const MaxPool2dFunctions<T>& f, const cnnspec_pool2d& problem, Choices& data) {
  const cnnspec_pool2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = draw_ties<T>(p, data);
  const auto dy = draw<T>(y_shape(p), data);
  return Outcome()
      .equal("y", f.forward(x, g), f.forward(x, g))
      .equal("winners", f.winners(x, g), f.winners(x, g))
      .equal("dx", f.backward(x, dy, g), f.backward(x, dy, g));
}

template <class T>
std::vector<MaxPool2dLaw<T>> max_pool2d_laws() {
  std::vector<MaxPool2dLaw<T>> laws{
      {"P1", "each output is a cell of its window, and none is greater", P1_the_greatest_cell_of_its_window<T>},
      {"P2", "commutes with strictly increasing maps, shifts and scaling", P2_commutes_with_increasing_maps<T>},
      {"P3", "the VJP conserves the sum of dy", P3_the_sum_of_dy_is_conserved<T>},
      {"P3", "the VJP is zero off the winners", P3_zero_off_the_winners<T>},
      {"P3", "a 1x1 window is the identity", P3_a_point_window_is_the_identity<T>},
      {"P4", "stride-1 pools compose: k1 then k2 = k1+k2-1", P4_stride_1_pools_compose<T>},
      {"P5", "all 75 weak orders of a 2x2 window give the winner of N4", P5_all_75_orders_of_2x2<T>},
      {"P5", "all 4683 weak orders of a 2x3 window give the winner of N4", P5_all_4683_orders_of_2x3<T>},
      {"P6", "at a tie the weights are a convex combination of the tied", P6_a_convex_combination_of_the_tied<T>},
      {"P6", "at a tie the VJP lies between the one-sided quotients", P6_between_the_one_sided_quotients<T>},
      {"N3", "padding never wins", N3_padding_never_wins<T>},
      {"N4", "the first of the tied cells wins", N4_the_first_of_the_tied_wins<T>},
      {"twin", "agrees with the independent twin", max_pool2d_agrees_with_the_twin<T>},
      {"zero-dy", "a zero cotangent gives an exactly zero gradient", zero_cotangent_gives_zero<T>},
      {"linear-dy", "backward is linear in dy", backward_is_linear<T>},
      {"repeat", "two runs are identical", two_runs_are_identical<T>},
  };
  if constexpr (std::numeric_limits<T>::has_quiet_NaN) {
    laws.push_back({"N3", "a real cell wins among minus infinities", N3_a_real_cell_wins_among_minus_infinities<T>});
    laws.push_back({"N5", "a window with a NaN yields NaN, and its last NaN wins", N5_the_last_nan_wins<T>});
  }
  return laws;
}

}  // namespace cnnspec::checks

#include "checks/layers/problems.hpp"
#include "checks/conventions/rules_of_selections.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "checks/expect/bound.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Where a rule leaves something open, what the kernel does.
struct Choices {
  bool compares_flushed = false;  // numbers below the least normal one are equal to 0
  bool nan_is_no_tie = false;     // nobody gets the gradient of a window with NaN, as NaN is not equal to NaN
  enum class Empty { first, none, none_in_padding } empty = Empty::first;  // who gets that of an empty window
  bool all_nan_is_empty = false;  // a window of nothing but ignored NaN is an empty one
};

/// The real cells of a window, in row-major order.
struct Window {
  std::vector<double> cells;
  std::vector<std::size_t> places;  // in x
  bool begins_in_padding = false;   // its first cell is not real
};

/// visit(window, its place in y), in the order of y.
template <class Visit>
void for_each_window(const cnnspec_pool2d& p, const std::vector<double>& x, Visit visit) {
  Window window;
  std::size_t output = 0;
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j, ++output) {
        const Idx top = i * p.stride_height - p.pad_top, left = j * p.stride_width - p.pad_left;
        window.cells.clear(), window.places.clear();
        window.begins_in_padding = top < 0 || left < 0;
        for (Idx row = 0; row < p.kernel_height; ++row)
          for (Idx column = 0; column < p.kernel_width; ++column) {
            const Idx h = top + row * p.dilation_height, w = left + column * p.dilation_width;
            if (h < 0 || h >= p.in_height || w < 0 || w >= p.in_width) continue;
            window.places.push_back(static_cast<std::size_t>((plane * p.in_height + h) * p.in_width + w));
            window.cells.push_back(x[window.places.back()]);
          }
        visit(std::as_const(window), output);
      }
}

/// What becomes of a window: its maximum, and which of its cells get the gradient, each whole or a share of it.
struct Selected {
  double maximum = 0;
  double slack = 0;  // how far from it a maximum may be that is flushed or compared as such
  std::vector<std::size_t> winners;
};

class Selector {
 public:
  Selector(const Rules& rules, const Choices& choices, const Format& storage)
      : rules_(rules), choices_(choices), least_(storage.least_normal()), lowest_(-storage.largest()) {}

  Selected select(const Window& w) const {
    const auto is_nan = [](double v) { return std::isnan(v); };
    const auto last_nan = std::find_if(w.cells.rbegin(), w.cells.rend(), is_nan);
    if (last_nan != w.cells.rend()) {
      const auto place = static_cast<std::size_t>(w.cells.rend() - last_nan - 1);
      if (rules_.nan == Rules::Nan::wins_last) return nan_wins(place);
      if (rules_.nan == Rules::Nan::wins_as_first_cell && is_nan(w.cells.front())) return nan_wins(0);
      if (std::ranges::all_of(w.cells, is_nan)) return choices_.all_nan_is_empty ? empty(w) : nan_wins(0);
    }
    double maximum = -infinity;
    for (const double v : w.cells)
      if (v > maximum) maximum = v;  // false for NaN
    if (maximum == -infinity && rules_.lowest_for_empty) return empty(w);
    return of_numbers(w, maximum);
  }

 private:
  double compared(double v) const { return choices_.compares_flushed && std::fabs(v) < least_ ? 0 : v; }

  Selected nan_wins(std::size_t place) const {
    const bool is_mask = rules_.ties == Rules::Ties::all || rules_.ties == Rules::Ties::shared;
    if (is_mask && choices_.nan_is_no_tie) return {nan, 0, {}};
    return {nan, 0, {place}};
  }

  Selected empty(const Window& w) const {
    const double maximum = rules_.lowest_for_empty ? lowest_ : -infinity;
    const bool is_lost = choices_.empty == Choices::Empty::none ||
                         (choices_.empty == Choices::Empty::none_in_padding && w.begins_in_padding);
    return {maximum, 0, is_lost ? std::vector<std::size_t>{} : std::vector<std::size_t>{0}};
  }

  Selected of_numbers(const Window& w, double maximum) const {
    Selected s{maximum, 0, {}};
    for (std::size_t n = 0; n < w.cells.size(); ++n)
      if (compared(w.cells[n]) == compared(maximum)) s.winners.push_back(n);
    if (rules_.flushes && std::fabs(maximum) < least_) {
      s.slack = std::fabs(maximum);
      for (const double v : w.cells)
        if (std::fabs(v) < least_) s.slack = std::fmax(s.slack, std::fabs(v - maximum));
    }
    if (rules_.ties == Rules::Ties::first) s.winners.resize(1);
    if (rules_.ties == Rules::Ties::last) s.winners = {s.winners.back()};
    return s;
  }

  const Rules rules_;
  const Choices choices_;
  const double least_, lowest_;
};

Expectation pool_forward(const Selector& selector, const cnnspec_pool2d& p, const std::vector<double>& x) {
  Expectation e;
  for_each_window(p, x, [&](const Window& w, std::size_t) {
    const Selected s = selector.select(w);
    e.values.push_back(s.maximum), e.bounds.push_back(s.slack);
  });
  return e;
}

using Real = Measured<long double>;

/// A k-th of a gradient: a division, or a reciprocal and a product.
Real share_of(double dy, std::size_t k) {
  if (k == 1) return Real(static_cast<long double>(dy));
  return Real(static_cast<long double>(dy)) * Real(1 / static_cast<long double>(k)) * Real(1);
}

Expectation pool_backward(const Rules& rules, const Selector& selector, const Operation& operation,
                          const Arithmetic& arithmetic, const Operands<double>& inputs) {
  const Arithmetic flushing = [&] {
    Arithmetic a = arithmetic;
    a.flushes = a.flushes || rules.flushes;
    return a;
  }();
  const std::size_t size = inputs[0].size();
  std::vector<Real> sums(size);
  std::vector<double> plain(size);
  std::vector<long double> slack(size);
  std::vector<bool> is_divided(size);
  for_each_window(operation.problem.as<cnnspec_pool2d>(), inputs[0], [&](const Window& w, std::size_t output) {
    const Selected s = selector.select(w);
    const double dy = inputs[1][output];
    const std::size_t k = rules.ties == Rules::Ties::shared ? s.winners.size() : 1;
    for (const std::size_t n : s.winners) {
      const std::size_t place = w.places[n];
      plain[place] += dy / static_cast<double>(k);
      if (!std::isfinite(dy)) continue;
      sums[place] += share_of(dy, k);
      slack[place] += slack_of(dy, flushing.rounds_summands() ? flushing.accumulator : flushing.storage,
                               flushing.flushes) / static_cast<long double>(k);
      if (k > 1) is_divided[place] = true;
    }
  });
  const double exact_limit = exact_up_to(operation, flushing, inputs);
  Expectation e;
  for (std::size_t n = 0; n < size; ++n) {
    const Real& m = sums[n];
    const bool is_exact = slack[n] == 0 && !is_divided[n] && (m.terms == 0 || m.magnitude <= exact_limit);
    e.values.push_back(is_exact ? rounded_to(arithmetic.dtype, static_cast<double>(m.value)) : m.value);
    e.bounds.push_back(is_exact ? 0 : error_bound(m, flushing, slack[n]));
    if (!std::isfinite(plain[n])) e.values[n] = plain[n], e.bounds[n] = std::isnan(e.bounds[n]) ? no_bound : 0;
  }
  return e;
}

bool contains(const std::vector<double>& values, auto is) { return std::ranges::any_of(values, is); }

/// What rules leave open that shows on such an x.
std::vector<Choices> choices_for(const Rules& rules, bool backward, const Format& storage,
                                 const std::vector<double>& x) {
  const bool has_nan = contains(x, [](double v) { return std::isnan(v); });
  const bool has_empty = contains(x, [](double v) { return v == -infinity; });
  const bool has_subnormal = contains(x, [&](double v) { return v != 0 && std::fabs(v) < storage.least_normal(); });
  const bool has_ignored = has_nan && rules.nan != Rules::Nan::wins_last;
  const bool is_mask = rules.ties == Rules::Ties::all || rules.ties == Rules::Ties::shared;
  std::vector<Choices> all{{}};
  const auto also = [&](auto change) {
    for (std::size_t n = all.size(); n-- > 0;) change(all.emplace_back(all[n]));
  };
  if (backward && rules.flushes && has_subnormal) also([](Choices& c) { c.compares_flushed = true; });
  if (backward && is_mask && has_nan) also([](Choices& c) { c.nan_is_no_tie = true; });
  if (has_ignored) also([](Choices& c) { c.all_nan_is_empty = true; });
  if (backward && ((rules.lowest_for_empty && has_empty) || has_ignored)) {
    const std::size_t before = all.size();
    for (std::size_t n = 0; n < before; ++n)
      for (const Choices::Empty empty : {Choices::Empty::none, Choices::Empty::none_in_padding})
        all.emplace_back(all[n]).empty = empty;
  }
  return all;
}

Expectation relu_forward(const Rules& rules, const Arithmetic& arithmetic, const std::vector<double>& x) {
  const double least = arithmetic.storage.least_normal();
  Expectation e;
  for (const double v : x) {
    const bool is_zero = v <= 0 || (rules.nan_is_zero && std::isnan(v));
    e.values.push_back(is_zero ? 0 : v);
    e.bounds.push_back(rules.flushes && std::fabs(v) < least ? std::fabs(v) : 0);
  }
  return e;
}

Expectation relu_backward(const Rules& rules, const Choices& choices, const Arithmetic& arithmetic,
                          const std::vector<double>& x, const std::vector<double>& dy) {
  const Format& storage = arithmetic.storage;
  Expectation e;
  for (std::size_t n = 0; n < x.size(); ++n) {
    const bool is_zero = x[n] == 0 || (choices.compares_flushed && std::fabs(x[n]) < storage.least_normal());
    const double share = is_zero ? rules.gradient_at_zero : x[n] < 0 || (rules.nan_is_zero && std::isnan(x[n])) ? 0 : 1;
    const double value = share == 0 ? 0 : share * dy[n];
    const bool is_small = std::isfinite(value) && std::fabs(value) < storage.least_normal();
    const double rounding = is_small && share == 0.5 ? storage.smallest() : 0;
    e.values.push_back(value);
    e.bounds.push_back(is_small && rules.flushes ? std::fmax(rounding, std::fabs(value)) : rounding);
  }
  return e;
}

}  // namespace

std::vector<Expectation> select_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs) {
  std::vector<Expectation> all;
  if (operation.op == Op::relu_forward) return {relu_forward(rules, arithmetic, inputs[0])};
  const bool backward = operation.op == Op::max_pool2d_backward || operation.op == Op::relu_backward;
  for (const Choices& choices : choices_for(rules, backward, arithmetic.storage, inputs[0])) {
    if (operation.op == Op::relu_backward) {
      all.push_back(relu_backward(rules, choices, arithmetic, inputs[0], inputs[1]));
      continue;
    }
    const Selector selector(rules, choices, arithmetic.storage);
    all.push_back(operation.op == Op::max_pool2d_forward
                      ? pool_forward(selector, operation.problem.as<cnnspec_pool2d>(), inputs[0])
                      : pool_backward(rules, selector, operation, arithmetic, inputs));
  }
  return all;
}

}  // namespace cnnspec::checks

// max_pool2d under conventions: plain loops that select by rules.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "checks/conventions/layer_rules.hpp"
#include "checks/expect/bound.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The choices of a kernel where a rule leaves something open.
struct Choices {
  bool compares_flushed = false;  // numbers below the least normal one are equal to 0
  bool nan_is_no_tie = false;     // a window with NaN passes no gradient, as NaN is not equal to NaN
  enum class Empty { first, none, none_in_padding } empty = Empty::first;  // who gets the gradient of an empty window
  bool all_nan_is_empty = false;  // a window with only ignored NaN is an empty one
};

/// The real cells of a window, in row-major order.
struct Window {
  std::vector<double> cells;
  std::vector<std::size_t> places;  // in x
  bool begins_in_padding = false;   // its first cell is padding
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

/// The result for a window: its maximum, and the cells that get the gradient, each all of it or a share.
struct Selected {
  double maximum = 0;
  double slack = 0;  // the largest error of a maximum that is flushed or was compared after flushing
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

/// A share of 1/k of a gradient: by a division, or by a product with a reciprocal.
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
      slack[place] +=
          slack_of(dy, flushing.rounds_summands() ? flushing.accumulator : flushing.storage, flushing.flushes) /
          static_cast<long double>(k);
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

/// The choices that the rules leave open and that show on such an x.
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

std::vector<Expectation> select(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                const Operands<double>& inputs) {
  const bool backward = operation.op == Op::max_pool2d_backward;
  std::vector<Expectation> all;
  for (const Choices& choices : choices_for(rules, backward, arithmetic.storage, inputs[0])) {
    const Selector selector(rules, choices, arithmetic.storage);
    all.push_back(backward ? pool_backward(rules, selector, operation, arithmetic, inputs)
                           : pool_forward(selector, operation.problem.as<cnnspec_pool2d>(), inputs[0]));
  }
  return all;
}

constexpr ConventionRow window_conventions[]{
    {"nan-ignored", "NaN in a window",
     "NaN loses against every number in a window. If a window holds only NaN, its maximum is NaN or the maximum of an "
     "empty window.",
     "The maximum of the numbers is exact. The gradient goes to a number. If a window holds only NaN, its gradient "
     "goes to its first cell or to no cell.",
     "oneDNN, TensorFlow.js, OpenCV", to_all_passes, [](Rules& r) { r.nan = Rules::Nan::is_ignored; },
     has_nan_in_first},
    {"nan-first", "NaN in a window",
     "NaN wins only if it is the first cell of its window that lies in the image. Elsewhere it is ignored. The reason: "
     "the search for the maximum starts with that cell, and no number is greater than NaN.",
     "Exact. If the first cell is NaN, it wins and gets the gradient. Otherwise the maximum of the numbers wins.", "",
     to_all_passes, [](Rules& r) { r.nan = Rules::Nan::wins_as_first_cell; }, has_nan_in_first},
    {"ties-last", "ties", "Of the tied maxima of a window, the last gets the gradient.",
     "Exact, except for sums where windows overlap. Their bound is the usual one.", "", to_gradients,
     [](Rules& r) { r.ties = Rules::Ties::last; }},
    {"ties-all", "ties", "Each of the tied maxima of a window gets the whole gradient.",
     "Exact, except for sums where windows overlap. Their bound is the usual one. If a window has a NaN, no cell is "
     "equal to its maximum: its gradient goes to the NaN or to no cell.",
     "", to_gradients, [](Rules& r) { r.ties = Rules::Ties::all; }},
    {"ties-shared", "ties", "The tied maxima of a window share its gradient: each of k cells gets 1/k of it.",
     "A share is off by at most two roundings: a division, or a reciprocal and a product. They count as roundings in "
     "the bound of the sum. For a window with a NaN, see `ties-all`.",
     "tinygrad, JAX (jax.numpy.max)", to_gradients, [](Rules& r) { r.ties = Rules::Ties::shared; }},
    {"lowest-for-empty", "windows of -inf",
     "The search for a maximum starts from the lowest finite number, not from -inf. If a window holds only -inf, no "
     "cell is greater than the start. So its maximum is the lowest finite number.",
     "Exact. Where does the gradient of such a window go? A kernel has one of three rules: to no cell; to the first "
     "cell; or to the first cell unless the window begins in the padding.",
     "oneDNN, ONNX Runtime, OpenCV; TensorFlow.js loses the gradient", to_all_passes,
     [](Rules& r) { r.lowest_for_empty = true; }, has_special_in_first},
};

}  // namespace

extern const LayerRules max_pool2d_rules{.conventions = window_conventions, .select = select};

}  // namespace cnnspec::checks

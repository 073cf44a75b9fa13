#include "checks/expect/expectation.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "checks/expect/bound.hpp"
#include "checks/expect/sample.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/perturbed.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

constexpr int any_exponent = Grid::of_zero;

/// The bits that are set in any of these integers. None if they are not all integers.
std::optional<std::uint64_t> bits_of_integers(const std::vector<double>& values) {
  std::uint64_t bits = 0;
  for (const double v : values) {
    if (!(std::fabs(v) < 0x1p62)) return {};
    const auto integer = static_cast<std::int64_t>(v);
    if (static_cast<double>(integer) != v) return {};
    bits |= static_cast<std::uint64_t>(integer);
  }
  return bits;
}

int least_exponent(const std::vector<double>& values) {
  if (const auto bits = bits_of_integers(values)) return *bits == 0 ? any_exponent : std::countr_zero(*bits);
  int least = any_exponent;
  for (const double v : values) least = std::min(least, exponent_of(v));
  return least;
}

/// The grid (a power of two that divides it) of each output. Only for an operation with formulations.
std::vector<Grid> grid_of(const Operation& operation, const Operands<double>& inputs) {
  Operands<Grid> grids(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const double v : inputs[i])
      grids[i].push_back(operation.inputs[i].is_stored() ? Grid::multiple_of(exponent_of(v))
                                                         : Grid(static_cast<Idx>(v)));
  return operation.pass().formulations->grid(operation.problem, grids);
}

bool is_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// Whether an input is only compared, so that a selected element is returned unchanged.
bool is_compared(const Operation& operation, std::size_t input) { return operation.inputs[input].is_compared; }

/// The inputs as numbers of R. A term that is not finite becomes 0: an output with such a term is not finite in any
/// order, unless the remaining terms may overflow. The x of a selection is only compared, and is kept.
template <class R>
Operands<Measured<R>> measured(const Operation& operation, const Operands<double>& inputs) {
  Operands<Measured<R>> result(inputs.size());
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const bool keeps_all = is_compared(operation, n);
    result[n].reserve(inputs[n].size());
    for (const double v : inputs[n]) result[n].emplace_back(keeps_all || std::isfinite(v) ? static_cast<R>(v) : R(0));
  }
  return result;
}

/// The largest distance between an element of an input and the value that the kernel computes with.
double slack_of_element(const Operation& operation, const Arithmetic& a, std::size_t input, double v) {
  if (is_compared(operation, input) || operation.selects() || !std::isfinite(v)) return 0;
  if (operation.multiplies() && input < 2) return slack_of(v, a.factor(), a.flushes);
  return slack_of(v, a.rounds_summands() ? a.accumulator : a.storage, a.flushes);
}

/// For each output, the largest change caused by the input values that the kernel computes with. Empty: the kernel
/// computes with the given values.
template <class R>
std::vector<R> slacks_of(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  if (!a.rounds_factors() && !a.rounds_summands() && !a.flushes) return {};
  bool is_any = false;
  Operands<Perturbed<R>> perturbed(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const double v : inputs[i]) {
      const double slack = slack_of_element(operation, a, i, v);
      is_any = is_any || slack > 0;
      perturbed[i].emplace_back(is_compared(operation, i) || std::isfinite(v) ? static_cast<R>(v) : R(0),
                                static_cast<R>(slack));
    }
  if (!is_any) return {};
  std::vector<R> slacks;
  for (const Perturbed<R>& p : run_spec(operation, perturbed)) slacks.push_back(p.slack);
  return slacks;
}

/// The number of terms: of a sum, those that the specification adds; of a selection, one, the selected element.
template <class R>
Idx terms_of(const Measured<R>& m) {
  return m.magnitude == 0 ? 0 : std::max(m.terms, Idx{1});
}

bool is_same_class(double a, double b) {
  return std::isnan(a) == std::isnan(b) && std::isinf(a) == std::isinf(b) && (!std::isinf(a) || a == b);
}

/// A factor that is flushed to 0, times an infinite one, is NaN. Outputs that this changes are not judged.
void leave_flushed_beside_infinities(const Operation& operation, const Arithmetic& a, Operands<double> inputs,
                                     const std::vector<double>& plain, Expectation& e) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (double& v : inputs[i])
      if (!is_compared(operation, i) && std::fabs(v) < a.factor().least_normal()) v = 0;
  const std::vector<double> flushed = run_spec(operation, inputs);
  for (std::size_t n = 0; n < plain.size(); ++n)
    if (!is_same_class(plain[n], flushed[n])) e.bounds[n] = no_bound;
}

/// Sums of multiples of 2^exponent are exact up to this magnitude; 0: none is exact.
double exact_limit(const Arithmetic& a, int exponent) {
  const Format& format = a.accumulator;
  if (exponent < format.least_exponent || (a.flushes && std::ldexp(1.0, exponent) < format.least_normal())) return 0;
  const double most = std::min(std::ldexp(1.0, exponent + format.digits), format.largest());
  return a.saturates() ? most : std::min(most, a.storage.largest());
}

/// For each output, the magnitude up to which nothing rounds.
std::vector<double> exact_limits(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const auto outputs = static_cast<std::size_t>(operation.output_count());
  const Formulations* const formulations = operation.pass().formulations;
  if (formulations == nullptr) return std::vector<double>(outputs, exact_up_to(operation, a, inputs));
  std::vector<double> limits;
  for (const Grid& g : grid_of(operation, inputs))
    limits.push_back(g.is_zero()     ? std::numeric_limits<double>::infinity()
                     : g.is_multiple ? exact_limit(a, g.exponent)
                                     : 0);
  return limits;
}

/// The result of formulation n on the inputs.
template <class R>
std::vector<Measured<R>> run_formulation(const Operation& operation, const Operands<Measured<R>>& inputs,
                                         std::size_t n) {
  const Formulation& f = operation.pass().formulations->all[n];
  if constexpr (std::is_same_v<R, double>)
    return f.narrow(operation.problem, inputs);
  else
    return f.wide(operation.problem, inputs);
}

/// The number of nonzero terms of each output, for an operation with formulations, which may also round the terms.
template <class R>
std::vector<Idx> terms_in(const Operation& operation, const Operands<Measured<R>>& inputs) {
  Operands<TermRange> ranges(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const Measured<R>& m : inputs[i]) ranges[i].emplace_back(static_cast<double>(m.value));
  std::vector<Idx> terms;
  for (const TermRange& sum : run_spec(operation, ranges)) terms.push_back(sum.terms);
  return terms;
}

/// Adds the bounds of each formulation, if there are several.
template <class R>
void add_formulations(const Operation& operation, const Arithmetic& a, const Operands<Measured<R>>& inputs,
                      const std::vector<R>& slacks, Expectation& e) {
  for (std::size_t f = 0; f < formulations_of(operation.op).size(); ++f) {
    std::vector<double> bounds = e.bounds;
    const std::vector<Measured<R>> results = run_formulation<R>(operation, inputs, f);
    for (std::size_t n = 0; n < results.size(); ++n)
      if (bounds[n] != 0) bounds[n] = error_bound(results[n], a, slacks.empty() ? R(0) : slacks[n]);
    e.bounds_of.push_back(std::move(bounds));
  }
  if (e.bounds_of.empty()) return;
  e.terms = terms_in(operation, inputs);
  for (const std::vector<double>& bounds : e.bounds_of)
    for (std::size_t n = 0; n < bounds.size(); ++n)
      if (!(bounds[n] <= e.bounds[n])) e.bounds[n] = bounds[n];  // if one bound is unknown, the widest is unknown
}

/// If even the smallest acceptable result is too large for the type, only the largest number is right.
void saturate(double largest, Expectation& e) {
  for (std::size_t n = 0; n < e.values.size(); ++n)
    if (std::fabs(e.values[n]) - e.bounds[n] > largest) {
      e.values[n] = std::copysign(static_cast<long double>(largest), e.values[n]);
      e.bounds[n] = 0;
      for (std::vector<double>& bounds : e.bounds_of) bounds[n] = 0;
    }
}

template <class R>
Expectation expect_all_in(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const Operands<Measured<R>> measured_inputs = measured<R>(operation, inputs);
  const std::vector<Measured<R>> results = run_spec(operation, measured_inputs);
  const std::vector<R> slacks = slacks_of<R>(operation, a, inputs);
  const std::vector<double> limits = exact_limits(operation, a, inputs);
  Expectation e;
  e.values.reserve(results.size()), e.bounds.reserve(results.size()), e.terms.reserve(results.size());
  for (std::size_t n = 0; n < results.size(); ++n) {
    const Measured<R>& m = results[n];
    const R slack = slacks.empty() ? R(0) : slacks[n];
    const bool exact = slack == 0 && (m.terms == 0 || m.magnitude <= limits[n]);
    e.values.push_back(exact ? static_cast<long double>(rounded_to(a.dtype, static_cast<double>(m.value))) : m.value);
    e.bounds.push_back(exact ? 0 : error_bound(m, a, slack));
    e.terms.push_back(terms_of(m));
  }
  add_formulations<R>(operation, a, measured_inputs, slacks, e);
  if (a.saturates()) saturate(a.storage.largest(), e);
  if (std::all_of(inputs.begin(), inputs.end(), is_finite)) return e;
  const std::vector<double> plain = run_spec(operation, inputs);
  for (std::size_t n = 0; n < plain.size(); ++n) {
    if (std::isfinite(plain[n])) continue;
    e.values[n] = plain[n];
    if (!std::isnan(e.bounds[n])) e.bounds[n] = 0;
    for (std::vector<double>& bounds : e.bounds_of)
      if (!std::isnan(bounds[n])) bounds[n] = 0;
  }
  if (a.flushes) leave_flushed_beside_infinities(operation, a, inputs, plain, e);
  return e;
}

template <class T>
void append(const std::vector<T>& some, std::vector<T>& all) {
  all.insert(all.end(), some.begin(), some.end());
}

Expectation expect_all(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const bool is_wide = a.storage.digits >= std::numeric_limits<double>::digits;
  return is_wide ? expect_all_in<long double>(operation, a, inputs) : expect_all_in<double>(operation, a, inputs);
}

}  // namespace

std::optional<int> least_exponent_of(const std::vector<double>& values) {
  const int least = least_exponent(values);
  return least == any_exponent ? std::nullopt : std::optional(least);
}

std::optional<int> least_exponent_of_terms(const Operation& operation, const Operands<double>& inputs) {
  if (operation.has_formulations()) {
    int least = any_exponent;
    for (const Grid& g : grid_of(operation, inputs)) least = std::min(least, g.exponent);
    return least == any_exponent ? std::nullopt : std::optional(least);
  }
  if (!operation.multiplies()) {  // the last input is dy, or the x of a selection
    const int exponent = least_exponent(inputs.back());
    return exponent == any_exponent ? std::nullopt : std::optional(exponent);
  }
  const int a = least_exponent(inputs[0]), b = least_exponent(inputs[1]);
  int terms = a == any_exponent || b == any_exponent ? any_exponent : a + b;
  if (operation.takes_bias()) terms = std::min(terms, least_exponent(inputs[2]));
  return terms == any_exponent ? std::nullopt : std::optional(terms);
}

double exact_up_to(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const std::optional<int> terms = least_exponent_of_terms(operation, inputs);
  if (!terms) return std::numeric_limits<double>::infinity();  // all terms are zero
  return exact_limit(a, *terms);
}

std::vector<Idx> shown_terms(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                             const Expectation& expected) {
  Operands<TermRange> ranges;
  for (const std::vector<double>& v : inputs) ranges.emplace_back(v.begin(), v.end());
  std::vector<Idx> shown;
  for (const TermRange& sum : run_spec(operation, ranges)) {
    const double bound = expected.bound(shown.size());
    // A kernel's result may be anywhere within the bound, on either side of the right value.
    const bool shows = bound == 0 ? sum.loss_shows_in(arithmetic.storage.digits) : sum.least > 2 * bound;
    shown.push_back(shows ? sum.terms : 0);
  }
  return shown;
}

bool is_computed_in_parts(const Operation& operation) {
  constexpr double many = 0x1p19, least_elements_of_part = 0x1p14;  // a smaller part takes longer than its sum
  return operation.adds_up_all() && !operation.has_formulations() && can_be_sampled(operation) &&
         operation.elements() >= many &&
         operation.elements() >= least_elements_of_part * static_cast<double>(operation.output_count());
}

std::vector<Idx> shown_terms_of_sample(const Operation& operation, const Arithmetic& arithmetic,
                                       const Operands<double>& inputs, const Expectation& expected, Idx sample,
                                       std::uint64_t seed) {
  const bool is_sample = !expected.places.empty();
  if (!is_sample && !is_computed_in_parts(operation)) return shown_terms(operation, arithmetic, inputs, expected);
  std::vector<Idx> shown;
  for (const Box& box : draw_boxes(operation, is_sample ? sample : operation.output_count(), seed)) {
    const Part part = part_of(operation, box);
    Expectation own;
    for (std::size_t n = 0; n < part.outputs.size(); ++n) own.bounds.push_back(expected.bound(shown.size() + n));
    append(shown_terms(part.operation, arithmetic, part.inputs(inputs), own), shown);
  }
  return shown;
}

Expectation expect(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs, Idx sample,
                   std::uint64_t seed) {
  const bool is_sample = sample > 0 && sample < operation.output_count() && can_be_sampled(operation);
  if (!is_sample && !is_computed_in_parts(operation)) return expect_all(operation, arithmetic, inputs);
  Expectation e;
  for (const Box& box : draw_boxes(operation, is_sample ? sample : operation.output_count(), seed)) {
    const Part part = part_of(operation, box);
    const Expectation some = expect_all(part.operation, arithmetic, part.inputs(inputs));
    append(some.values, e.values), append(some.bounds, e.bounds), append(some.terms, e.terms);
    e.bounds_of.resize(some.bounds_of.size());
    for (std::size_t f = 0; f < some.bounds_of.size(); ++f) append(some.bounds_of[f], e.bounds_of[f]);
    append(part.outputs, e.places);
  }
  assert(std::ranges::is_sorted(e.places));
  if (!is_sample) e.places.clear();
  return e;
}

Expectation in_full(const Expectation& some, Idx count) {
  if (some.places.empty()) return some;
  const auto all = static_cast<std::size_t>(count);
  Expectation e{std::vector<long double>(all), std::vector<double>(all, no_bound), std::vector<Idx>(all)};
  e.bounds_of.assign(some.bounds_of.size(), std::vector<double>(all, no_bound));
  for (std::size_t n = 0; n < some.places.size(); ++n) {
    const auto to = static_cast<std::size_t>(some.places[n]);
    e.values[to] = some.values[n], e.bounds[to] = some.bounds[n], e.terms[to] = some.terms[n];
    for (std::size_t f = 0; f < some.bounds_of.size(); ++f) e.bounds_of[f][to] = some.bounds_of[f][n];
  }
  return e;
}

Expectation at_places(const Expectation& all, const std::vector<Idx>& places) {
  if (places.empty()) return all;
  const auto pick = [&](const auto& from, auto& to) {
    if (from.empty()) return;
    for (const Idx place : places) to.push_back(from[static_cast<std::size_t>(place)]);
  };
  Expectation e;
  pick(all.values, e.values), pick(all.bounds, e.bounds), pick(all.terms, e.terms);
  e.bounds_of.resize(all.bounds_of.size());
  for (std::size_t f = 0; f < all.bounds_of.size(); ++f) pick(all.bounds_of[f], e.bounds_of[f]);
  e.places = places;
  return e;
}

namespace {

/// Runs at most `lanes` sets at once, and appends their results.
template <std::size_t lanes>
void run_together(const Operation& operation, std::span<const Operands<double>> sets,
                  std::vector<std::vector<double>>& results) {
  assert(sets.size() <= lanes);
  Operands<ExactLanes<lanes>> inputs(operation.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].resize(sets.front()[i].size());
    for (std::size_t lane = 0; lane < sets.size(); ++lane)
      for (std::size_t n = 0; n < inputs[i].size(); ++n) inputs[i][n].lane[lane] = sets[lane][i][n];
  }
  const std::vector<ExactLanes<lanes>> outputs = run_spec(operation, inputs);
  for (std::size_t lane = 0; lane < sets.size(); ++lane) {
    std::vector<double>& result = results.emplace_back();
    result.reserve(outputs.size());
    for (const ExactLanes<lanes>& v : outputs) result.push_back(v.lane[lane]);
  }
}

}  // namespace

std::vector<std::vector<double>> run_exactly(const Operation& operation, const std::vector<Operands<double>>& sets) {
  assert(operation.multiplies());
  std::vector<std::vector<double>> results;
  // Sets in one run take the same branches, so their inputs of whole numbers would have to be equal.
  if (sets.size() == 1 || !std::ranges::all_of(operation.inputs, &TensorInfo::is_stored)) {
    for (const Operands<double>& set : sets) results.push_back(run_spec(operation, set));
    return results;
  }
  for (std::span<const Operands<double>> left(sets); !left.empty();) {
    const std::span<const Operands<double>> some = left.first(std::min<std::size_t>(4, left.size()));
    some.size() <= 2 ? run_together<2>(operation, some, results) : run_together<4>(operation, some, results);
    left = left.subspan(some.size());
  }
  return results;
}

}  // namespace cnnspec::checks

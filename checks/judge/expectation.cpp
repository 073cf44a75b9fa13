#include "checks/judge/expectation.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

#include "checks/judge/bound.hpp"
#include "checks/judge/sample.hpp"
#include "checks/judge/storage.hpp"
#include "checks/scalars/lanes.hpp"

namespace cnnspec::checks {
namespace {

constexpr int any_exponent = std::numeric_limits<int>::max();  // of zero, a multiple of everything

/// The largest e such that v is a multiple of 2^e, and how many digits v has from there on up.
struct Grid {
  int exponent = any_exponent, digits = 0;
};

Grid grid_of(double v) {
  constexpr int fraction_bits = 52, bias = 1023;
  const auto bits = std::bit_cast<std::uint64_t>(v);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const int field = static_cast<int>(bits >> fraction_bits & 0x7ff);
  if (v == 0 || !std::isfinite(v)) return {};
  const std::uint64_t significand = field == 0 ? fraction : fraction | std::uint64_t{1} << fraction_bits;
  const int zeros = std::countr_zero(significand);
  return {std::max(field, 1) - bias - fraction_bits + zeros, static_cast<int>(std::bit_width(significand)) - zeros};
}

Grid grid_of(const std::vector<double>& values) {
  Grid all;
  for (const double v : values) {
    const Grid g = grid_of(v);
    all = {std::min(all.exponent, g.exponent), std::max(all.digits, g.digits)};
  }
  return all;
}

/// Sums up to this magnitude are exact, because every term of every output is a multiple of one power of two; 0: none.
double exact_up_to(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  std::vector<Grid> grids;
  for (const std::vector<double>& v : inputs) grids.push_back(grid_of(v));
  int terms = any_exponent;
  if (operation.multiplies()) {
    if (std::max(grids[0].digits, grids[1].digits) > a.factor_digits) return 0;
    if (grids[0].exponent == any_exponent || grids[1].exponent == any_exponent)
      terms = any_exponent;
    else
      terms = grids[0].exponent + grids[1].exponent;
    if (operation.takes_bias()) terms = std::min(terms, grids[2].exponent);
  } else {
    terms = grids.back().exponent;  // dy, or the x of a selection
  }
  if (terms == any_exponent) return std::numeric_limits<double>::infinity();  // all terms are zero
  if (terms < a.accumulator.least_exponent) return 0;
  return std::min({std::ldexp(1.0, terms + a.accumulator.digits), a.accumulator.largest(), a.storage.largest()});
}

bool is_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// As numbers of R. A term that is not finite is left out: an output with such a term is not finite either, whatever
/// the order, unless what is left may overflow. The x of a selection is compared, and stays what it is.
template <class R>
Operands<Measured<R>> measured(const Operation& operation, const Operands<double>& inputs) {
  const Family family = family_of(operation.op);
  const bool selects = family == Family::max_pool2d || family == Family::elementwise;
  Operands<Measured<R>> result(inputs.size());
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const bool is_compared = selects && n == 0;
    result[n].reserve(inputs[n].size());
    for (const double v : inputs[n]) result[n].emplace_back(is_compared || std::isfinite(v) ? static_cast<R>(v) : R(0));
  }
  return result;
}

/// A sum has the terms that the specification adds up; a selection has one, the element that it selects.
template <class R>
Idx terms_of(const Measured<R>& m) {
  return m.magnitude == 0 ? 0 : std::max(m.terms, Idx{1});
}

template <class R>
Expectation expect_all(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs,
                       double exact_limit) {
  const std::vector<Measured<R>> results = run_spec(operation, measured<R>(operation, inputs));
  Expectation e;
  e.values.reserve(results.size()), e.bounds.reserve(results.size()), e.terms.reserve(results.size());
  for (const Measured<R>& m : results) {
    const bool exact = m.terms == 0 || m.magnitude <= exact_limit;
    e.values.push_back(exact ? static_cast<long double>(rounded_to(a.dtype, static_cast<double>(m.value))) : m.value);
    e.bounds.push_back(exact ? 0 : error_bound(m, a));
    e.terms.push_back(terms_of(m));
  }
  if (std::all_of(inputs.begin(), inputs.end(), is_finite)) return e;
  const std::vector<double> plain = run_spec(operation, inputs);
  for (std::size_t n = 0; n < plain.size(); ++n) {
    if (std::isfinite(plain[n])) continue;
    e.values[n] = plain[n];
    if (!std::isnan(e.bounds[n])) e.bounds[n] = 0;
  }
  return e;
}

Expectation expect_all(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const double exact_limit = exact_up_to(operation, a, inputs);
  return a.dtype == DType::f64 ? expect_all<long double>(operation, a, inputs, exact_limit)
                               : expect_all<double>(operation, a, inputs, exact_limit);
}

}  // namespace

Expectation expect(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs, Idx sample,
                   std::uint64_t seed) {
  if (sample == 0 || sample >= operation.output.count()) return expect_all(operation, arithmetic, inputs);
  const auto count = static_cast<std::size_t>(operation.output.count());
  Expectation e{std::vector<long double>(count), std::vector<double>(count, no_bound), std::vector<Idx>(count)};
  for (const Idx plane : draw_planes(operation, sample, seed)) {
    const Part part = part_of(operation, plane);
    const Expectation some = expect_all(part.operation, arithmetic, part.inputs(inputs));
    for (std::size_t n = 0; n < part.outputs.size(); ++n) {
      const auto to = static_cast<std::size_t>(part.outputs[n]);
      e.values[to] = some.values[n], e.bounds[to] = some.bounds[n], e.terms[to] = some.terms[n];
    }
  }
  return e;
}

namespace {

/// Some sets, at most `lanes`, in one run; appends their results.
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
  if (sets.size() == 1) return {run_spec(operation, sets.front())};
  std::vector<std::vector<double>> results;
  for (std::span<const Operands<double>> left(sets); !left.empty();) {
    const std::span<const Operands<double>> some = left.first(std::min<std::size_t>(4, left.size()));
    some.size() <= 2 ? run_together<2>(operation, some, results) : run_together<4>(operation, some, results);
    left = left.subspan(some.size());
  }
  return results;
}

}  // namespace cnnspec::checks

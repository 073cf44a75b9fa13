#include "checks/layers/problems.hpp"
#include "checks/conventions/expect_under.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/conventions/rules_of_selections.hpp"
#include "checks/expect/bound.hpp"

namespace cnnspec::checks {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool selects(const Operation& operation) {
  return layer_id(operation.op) == LayerId::max_pool2d || layer_id(operation.op) == LayerId::relu;
}

bool is_padded(const cnnspec_conv2d& p) {
  return p.pad_top > 0 || p.pad_left > 0 || p.pad_bottom > 0 || p.pad_right > 0;
}

bool is_finite(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

// ---- Taps in the padding, multiplied ----

/// x with zeros all around.
std::vector<double> padded(const cnnspec_conv2d& p, const std::vector<double>& x) {
  const Idx height = p.in_height + p.pad_top + p.pad_bottom, width = p.in_width + p.pad_left + p.pad_right;
  std::vector<double> all(static_cast<std::size_t>(p.batch * p.in_channels * height * width));
  for (Idx plane = 0; plane < p.batch * p.in_channels; ++plane)
    for (Idx h = 0; h < p.in_height; ++h)
      for (Idx w = 0; w < p.in_width; ++w)
        all[static_cast<std::size_t>((plane * height + h + p.pad_top) * width + w + p.pad_left)] =
            x[static_cast<std::size_t>((plane * p.in_height + h) * p.in_width + w)];
  return all;
}

/// The output of an operation that reads x, computed on a larger x without padding.
std::vector<double> with_zeros(const Operation& operation, const cnnspec_conv2d& p, Operands<double> inputs) {
  cnnspec_conv2d all = p;
  all.in_height += p.pad_top + p.pad_bottom, all.in_width += p.pad_left + p.pad_right;
  all.pad_top = all.pad_left = all.pad_bottom = all.pad_right = 0;
  inputs[0] = padded(p, inputs[0]);
  return run_spec(operation_of(operation.op, all), inputs);
}

/// Whether the gradient of x at (h, w) has a term of the tap (row, column).
bool has_output(const cnnspec_conv2d& p, Idx h, Idx w, Idx row, Idx column) {
  const Idx i = h + p.pad_top - row * p.dilation_height, j = w + p.pad_left - column * p.dilation_width;
  return i >= 0 && i % p.stride_height == 0 && i / p.stride_height < p.out_height &&  //
         j >= 0 && j % p.stride_width == 0 && j / p.stride_width < p.out_width;
}

/// Makes NaN of the elements of dx for which a kernel multiplies a weight that is not finite with the zero of an output
/// that is not there.
void multiply_missing_outputs(const cnnspec_conv2d& p, const std::vector<double>& weights, Expectation& dx) {
  const Idx in = p.in_channels / p.groups, out = p.out_channels / p.groups;
  std::size_t element = 0;
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx c = 0; c < p.in_channels; ++c)
      for (Idx h = 0; h < p.in_height; ++h)
        for (Idx w = 0; w < p.in_width; ++w, ++element)
          for (Idx o = 0; o < out; ++o)
            for (Idx row = 0; row < p.kernel_height; ++row)
              for (Idx column = 0; column < p.kernel_width; ++column) {
                const Idx first = ((c / in * out + o) * in + c % in) * p.kernel_height;
                const double weight = weights[static_cast<std::size_t>((first + row) * p.kernel_width + column)];
                if (!std::isfinite(weight) && !has_output(p, h, w, row, column)) {
                  dx.values[element] = not_a_number;
                  if (!std::isnan(dx.bounds[element])) dx.bounds[element] = 0;
                }
              }
}

std::vector<Expectation> multiplied(const Operation& operation, const Operands<double>& inputs, Expectation e) {
  const cnnspec_conv2d& p = operation.problem.as<cnnspec_conv2d>();
  if (operation.op == Op::conv2d_backward_input) {
    std::vector<Expectation> either{e, std::move(e)};
    multiply_missing_outputs(p, inputs[0], either.back());
    return either;
  }
  const std::vector<double> plain = with_zeros(operation, p, inputs);
  for (std::size_t n = 0; n < plain.size(); ++n)
    if (std::isnan(plain[n])) {
      e.values[n] = not_a_number;
      if (!std::isnan(e.bounds[n])) e.bounds[n] = 0;
    }
  return {std::move(e)};
}

bool any_of(const Operands<double>& inputs, auto is) {
  return std::ranges::any_of(inputs, [&](const std::vector<double>& v) { return std::ranges::any_of(v, is); });
}

}  // namespace

Arithmetic arithmetic_under(const Rules& rules, const Arithmetic& arithmetic) {
  Arithmetic a = arithmetic;
  // Whoever claims to round factors has said how.
  if (rules.factors != nullptr && !a.rounds_factors())
    a.factor_digits = find_profile(rules.factors)->arithmetic(a.dtype).factor_digits;
  a.flushes = a.flushes || rules.flushes;
  return a;
}

std::vector<Expectation> expect_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs, Idx sample, std::uint64_t seed) {
  if (selects(operation)) return select_under(rules, operation, arithmetic, inputs);
  Expectation e = expect(operation, arithmetic_under(rules, arithmetic), inputs, sample, seed);
  const bool is_finite_all = std::ranges::all_of(inputs, is_finite);
  if (!rules.multiplies_padding || layer_id(operation.op) != LayerId::conv2d || is_finite_all) return {std::move(e)};
  return multiplied(operation, inputs, std::move(e));
}

ConventionSet relevant_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                          ConventionSet set) {
  ConventionSet relevant;
  const auto is_special = [](double v) { return !std::isfinite(v); };
  for (std::size_t n = 0; n < conventions().size(); ++n) {
    if (!set.has(n)) continue;
    const ConventionSet one(std::uint32_t{1} << n);
    const Rules rules = one.rules();
    const Arithmetic a = arithmetic_under(rules, arithmetic);
    bool is = true;
    if (rules.flushes) {
      const auto is_small = [&](double v) { return v != 0 && std::fabs(v) < a.factor().least_normal(); };
      const std::optional<int> terms = least_exponent_of_terms(operation, inputs);
      const double least = std::fmax(a.accumulator.least_normal(), a.storage.least_normal());
      is = any_of(inputs, is_small) || (terms && std::ldexp(1.0, *terms) < least);
    } else if (rules.factors != nullptr) {
      const auto is_rounded = [&](double v) { return std::isfinite(v) && slack_of(v, a.factor(), false) > 0; };
      is = std::ranges::any_of(inputs[0], is_rounded) || std::ranges::any_of(inputs[1], is_rounded);
    } else if (rules.multiplies_padding) {
      const bool has_taps = is_padded(operation.problem.as<cnnspec_conv2d>()) ||
                            operation.op == Op::conv2d_backward_input;  // where there is no output for a tap
      is = has_taps && any_of(inputs, is_special);
    } else if (rules.nan != Rules::Nan::wins_last || rules.nan_is_zero) {
      is = std::ranges::any_of(inputs[0], [](double v) { return std::isnan(v); });
    } else if (rules.lowest_for_empty) {
      is = std::ranges::any_of(inputs[0], is_special);
    }
    if (is) relevant = relevant | one;
  }
  return relevant;
}

}  // namespace cnnspec::checks

// relu under conventions: plain loops that select by rules.
#include <algorithm>
#include <cmath>

#include "checks/conventions/layer_rules.hpp"

namespace cnnspec::checks {
namespace {

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

/// `compares_flushed`: numbers below the least normal number equal 0. A rule leaves this open.
Expectation relu_backward(const Rules& rules, bool compares_flushed, const Arithmetic& arithmetic,
                          const std::vector<double>& x, const std::vector<double>& dy) {
  const Format& storage = arithmetic.storage;
  Expectation e;
  for (std::size_t n = 0; n < x.size(); ++n) {
    const bool is_zero = x[n] == 0 || (compares_flushed && std::fabs(x[n]) < storage.least_normal());
    const double share = is_zero ? rules.gradient_at_zero : x[n] < 0 || (rules.nan_is_zero && std::isnan(x[n])) ? 0 : 1;
    const double value = share == 0 ? 0 : share * dy[n];
    const bool is_small = std::isfinite(value) && std::fabs(value) < storage.least_normal();
    const double rounding = is_small && share == 0.5 ? storage.smallest() : 0;
    e.values.push_back(value);
    e.bounds.push_back(is_small && rules.flushes ? std::fmax(rounding, std::fabs(value)) : rounding);
  }
  return e;
}

std::vector<Expectation> select(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                const Operands<double>& inputs) {
  const std::vector<double>& x = inputs[0];
  if (operation.op == Op::relu_forward) return {relu_forward(rules, arithmetic, x)};
  const double least = arithmetic.storage.least_normal();
  const bool has_subnormal = std::ranges::any_of(x, [&](double v) { return v != 0 && std::fabs(v) < least; });
  std::vector<Expectation> all{relu_backward(rules, false, arithmetic, x, inputs[1])};
  if (rules.flushes && has_subnormal) all.push_back(relu_backward(rules, true, arithmetic, x, inputs[1]));
  return all;
}

constexpr ConventionRow conventions_of_relu[]{
    {"nan-to-zero", "NaN in ReLU", "ReLU of NaN is 0, and the gradient there is 0.",
     "Exact: where x is not greater than 0, y and dx are 0.", "oneDNN and XNNPACK, forward", to_all_passes,
     [](Rules& r) { r.nan_is_zero = true; }, has_nan_in_first},
    {"relu-grad-half", "gradient of ReLU at 0", "The derivative of ReLU at 0 is 1/2.",
     "Half a gradient is exact unless it is subnormal. Then it may be rounded once.", "", to_gradients,
     [](Rules& r) { r.gradient_at_zero = 0.5; }},
    {"relu-grad-one", "gradient of ReLU at 0", "The derivative of ReLU at 0 is 1.", "Exact.", "", to_gradients,
     [](Rules& r) { r.gradient_at_zero = 1; }},
};

}  // namespace

extern const LayerRules relu_rules{.conventions = conventions_of_relu, .select = select};

}  // namespace cnnspec::checks

#include "checks/conventions/expect_under.hpp"

#include <algorithm>
#include <cmath>

#include "checks/conventions/layer_rules.hpp"

namespace cnnspec::checks {

Arithmetic arithmetic_under(const Rules& rules, const Arithmetic& arithmetic) {
  Arithmetic a = arithmetic;
  // A kernel that claims to round factors has already defined how.
  if (rules.factors != nullptr && !a.rounds_factors())
    a.factor_digits = find_profile(rules.factors)->arithmetic(a.dtype).factor_digits;
  a.flushes = a.flushes || rules.flushes;
  return a;
}

std::vector<Expectation> expect_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs, Idx sample, std::uint64_t seed) {
  const LayerRules* const own = layer_of(operation.op).rules;
  if (own != nullptr && own->select != nullptr) return own->select(rules, operation, arithmetic, inputs);
  Expectation e = expect(operation, arithmetic_under(rules, arithmetic), inputs, sample, seed);
  if (own == nullptr || own->change == nullptr) return {std::move(e)};
  return own->change(rules, operation, inputs, in_full(e, operation.output_count()));
}

ConventionSet relevant_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                          ConventionSet set) {
  ConventionSet relevant;
  for (std::size_t n = 0; n < conventions().size(); ++n) {
    if (!set.has(n)) continue;
    const ConventionSet one(std::uint32_t{1} << n);
    const auto may_show = conventions()[n].may_show;
    if (may_show == nullptr || may_show(operation, arithmetic_under(one.rules(), arithmetic), inputs))
      relevant = relevant | one;
  }
  return relevant;
}

bool has_nan_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs) {
  return std::ranges::any_of(inputs[0], [](double v) { return std::isnan(v); });
}
bool has_special_in_first(const Operation&, const Arithmetic&, const Operands<double>& inputs) {
  return std::ranges::any_of(inputs[0], [](double v) { return !std::isfinite(v); });
}
bool has_special(const Operands<double>& inputs) {
  return std::ranges::any_of(inputs, [](const std::vector<double>& input) {
    return std::ranges::any_of(input, [](double v) { return !std::isfinite(v); });
  });
}

}  // namespace cnnspec::checks

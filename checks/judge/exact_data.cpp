#include "checks/judge/exact_data.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "checks/judge/stream.hpp"

namespace cnnspec::checks {
namespace {

/// The most bits b such that every odd number below 2^b is at most `limit`.
int bits_up_to(Idx limit) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(limit) + 1)) - 1; }

Idx signed_by(std::uint64_t bit, Idx v) { return bit & 1 ? -v : v; }

/// Odd, and of exactly `bits` bits.
Idx odd_of(std::uint64_t random, int bits) {
  if (bits == 1) return 1;
  const Idx top = Idx{1} << (bits - 1);
  return top | (static_cast<Idx>(random) & (top - 1)) | 1;
}

/// `share` in units of 2^-32.
std::uint64_t threshold(double share) { return static_cast<std::uint64_t>(share * 0x1p32); }

std::vector<Idx> draw_wide(Idx count, const ExactPlan& plan, Stream stream) {
  std::vector<Idx> v(static_cast<std::size_t>(count));
  const std::uint64_t wide = threshold(plan.wide_share), zero = threshold(plan.zero_share);
  for (Idx& e : v) {
    const std::uint64_t magnitude = stream.bits();
    if (plan.proved()) {
      e = signed_by(magnitude >> 63, odd_of(magnitude, plan.wide_bits));
      continue;
    }
    const std::uint64_t which = stream.bits();
    const bool is_wide = which >> 32 < wide, is_zero = !is_wide && (which & 0xffffffff) < zero;
    e = is_zero ? 0 : signed_by(magnitude >> 63, odd_of(magnitude, is_wide ? plan.wide_bits : plan.small_bits));
  }
  return v;
}

std::vector<Idx> draw_narrow(Idx count, const ExactPlan& plan, Stream stream) {
  std::vector<Idx> v(static_cast<std::size_t>(count));
  for (Idx& e : v) {
    const std::uint64_t random = stream.bits();
    e = signed_by(random >> 63, Idx{1} << (random % static_cast<std::uint64_t>(plan.narrow_bits + 1)));
  }
  return v;
}

Operands<Idx> draw(const Operation& operation, const ExactPlan& plan, std::uint64_t seed, std::size_t wide) {
  Operands<Idx> inputs;
  for (std::size_t n = 0; n < operation.inputs.size(); ++n) {
    const Idx count = operation.inputs[n].count();
    const Stream stream(seed, 2 * n + wide);
    const bool is_narrow = operation.multiplies() && n < 2 && n != wide;
    inputs.push_back(is_narrow ? draw_narrow(count, plan, stream) : draw_wide(count, plan, stream));
  }
  return inputs;
}

Operands<Idx> draw_first_wide(const Operation& operation, const ExactPlan& plan, std::uint64_t seed) {
  return draw(operation, plan, seed, 0);
}

Operands<Idx> draw_second_wide(const Operation& operation, const ExactPlan& plan, std::uint64_t seed) {
  Operands<Idx> inputs = draw(operation, plan, seed, 1);
  if (family_of(operation.op) != Family::elementwise) return inputs;
  // relu shows an element where it is positive: here it is wherever it was not in the other family.
  inputs[0] = draw_first_wide(operation, plan, seed)[0];
  for (Idx& e : inputs[0]) e = -e;
  return inputs;
}

std::string describe_wide(const Operation& operation, std::size_t wide) {
  if (!operation.multiplies()) return "odd integers";
  return std::string("integers: ") + operation.inputs[wide].name + " wide and odd, " + operation.inputs[1 - wide].name +
         " powers of two";
}
std::string describe_first_wide(const Operation& operation) { return describe_wide(operation, 0); }
std::string describe_second_wide(const Operation& operation) { return describe_wide(operation, 1); }

/// Runs the specification with all that can be known; false: an output exceeds the budget.
bool run_measured(const Operation& operation, int bits, ExactData& data) {
  Operands<Measured<Idx>> inputs;
  for (const std::vector<Idx>& v : data.inputs) inputs.emplace_back(v.begin(), v.end());
  const std::vector<Measured<Idx>> out = run_spec(operation, inputs);
  const Idx budget = Idx{1} << bits;
  if (std::any_of(out.begin(), out.end(), [&](const auto& m) { return m.magnitude > budget; })) return false;
  data.expected.clear();
  data.visible_terms.clear();
  for (const Measured<Idx>& m : out) {
    data.expected.push_back(m.value);
    data.visible_terms.push_back(m.magnitude == 0 ? 0 : std::max(m.terms, Idx{1}));
  }
  return true;
}

}  // namespace

const std::array<ExactFamily, 2> exact_families{{{"exact-first-wide", describe_first_wide, draw_first_wide},
                                                 {"exact-second-wide", describe_second_wide, draw_second_wide}}};

ExactPlan plan_exact(int bits, Idx terms, bool multiplies) {
  assert(terms >= 1 && bits > least_wide_bits);
  const Idx budget = Idx{1} << bits;
  ExactPlan plan{bits};
  const int term_bits = bits_up_to(budget / terms);  // every term may be that wide
  if (term_bits >= least_wide_bits) {
    plan.narrow_bits = multiplies ? std::min(2, term_bits - least_wide_bits) : 0;
    plan.wide_bits = term_bits - plan.narrow_bits;
    return plan;
  }
  // The small elements get at most half of the budget and the wide ones, in the mean, a quarter.
  plan.wide_bits = least_wide_bits;
  plan.small_bits = std::max(1, bits_up_to(budget / 2 / terms));
  const double mean_terms = static_cast<double>(budget) / 4 / static_cast<double>(terms);
  plan.wide_share = mean_terms / static_cast<double>(Idx{1} << least_wide_bits);
  plan.zero_share = budget / 2 / terms >= 1 ? 0 : 1 - mean_terms;
  return plan;
}

ExactPlan thinned(const ExactPlan& plan) {
  assert(!plan.proved());
  ExactPlan thin = plan;
  thin.wide_share /= 2;
  if (plan.zero_share > 0) thin.zero_share = (1 + plan.zero_share) / 2;
  return thin;
}

ExactData draw_exact(const ExactFamily& family, const Operation& operation, int bits, std::uint64_t seed,
                     bool with_bias) {
  ExactData data;
  ExactPlan plan = plan_exact(bits, operation.most_terms(), operation.multiplies());
  const bool costly = operation.multiplies();  // otherwise a measured run is as good as free
  for (;; plan = thinned(plan)) {
    data.inputs = family.draw(operation, plan, seed);
    if (operation.takes_bias() && !with_bias) data.inputs.back().clear();
    if (plan.proved() && costly) {
      data.expected = run_spec(operation, data.inputs);
      return data;
    }
    if (run_measured(operation, bits, data)) return data;
  }
}

}  // namespace cnnspec::checks

#include "checks/data/exact_data.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

/// The most bits b such that every odd number below 2^b is at most `limit`.
int bits_up_to(Idx limit) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(limit) + 1)) - 1; }

// Without branches: random bits make branches unpredictable, and this code runs for every element of all data.

double signed_by(std::uint64_t bit, Idx v) {
  const Idx sign = -static_cast<Idx>(bit & 1);
  return static_cast<double>((v ^ sign) - sign);
}

/// Odd, and of exactly `bits` bits.
Idx odd_of(std::uint64_t random, int bits) {
  const Idx top = Idx{1} << (bits - 1);
  return top | (static_cast<Idx>(random) & (top - 1)) | 1;
}

/// `share` in units of 2^-32.
std::uint64_t threshold(double share) { return static_cast<std::uint64_t>(share * 0x1p32); }

std::vector<double> draw_wide(Idx count, const ExactPlan& plan, Stream stream) {
  std::vector<double> v(static_cast<std::size_t>(count));
  const std::uint64_t wide = threshold(plan.wide_share), zero = threshold(plan.zero_share);
  for (double& e : v) {
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

std::vector<double> draw_narrow(Idx count, const ExactPlan& plan, Stream stream) {
  assert(plan.narrow_bits <= 2);
  std::vector<double> v(static_cast<std::size_t>(count));
  for (double& e : v) {
    const std::uint64_t random = stream.bits();
    const std::uint64_t bits = plan.narrow_bits == 0 ? 0 : plan.narrow_bits == 1 ? random % 2 : random % 3;
    e = signed_by(random >> 63, Idx{1} << bits);
  }
  return v;
}

}  // namespace

ExactPlan plan_exact(int bits, int factor_bits, Idx terms, bool multiplies) {
  assert(terms >= 1 && bits >= 1 && factor_bits >= 1);
  const Idx budget = Idx{1} << bits;
  const int least_wide = std::min({least_wide_bits, factor_bits, bits});
  ExactPlan plan{bits};
  const int term_bits = bits_up_to(budget / terms);  // every term may have this many bits
  if (term_bits >= least_wide) {
    plan.narrow_bits = multiplies ? std::min(2, term_bits - least_wide) : 0;
    plan.wide_bits = std::min(term_bits - plan.narrow_bits, factor_bits);
    return plan;
  }
  // The small elements get at most half of the budget, and the wide elements a quarter on average.
  plan.wide_bits = least_wide;
  plan.small_bits = std::max(1, bits_up_to(budget / 2 / terms));
  const double mean_terms = static_cast<double>(budget) / 4 / static_cast<double>(terms);
  plan.wide_share = mean_terms / static_cast<double>(Idx{1} << least_wide);
  plan.zero_share = budget / 2 / terms >= 1 ? 0 : 1 - mean_terms;
  return plan;
}

ExactPlan plan_exact(const Operation& operation, const Arithmetic& arithmetic) {
  // Sums must be exact in the accumulator, and a result must not overflow a narrower storage type.
  const int bits = std::min(arithmetic.accumulator.digits, arithmetic.storage.largest_exponent);
  return plan_exact(bits, arithmetic.factor_digits, operation.most_terms(), operation.multiplies());
}

ExactPlan thinned(const ExactPlan& plan) {
  assert(!plan.proved());
  ExactPlan thin = plan;
  thin.wide_share /= 2;
  if (plan.zero_share > 0) thin.zero_share = (1 + plan.zero_share) / 2;
  return thin;
}

Operands<double> draw_integers(const Operation& operation, const ExactPlan& plan, std::uint64_t seed,
                               std::size_t wide) {
  Operands<double> inputs;
  for (std::size_t n = 0; n < operation.inputs.size(); ++n) {
    const Idx count = operation.inputs[n].count();
    const Stream stream(seed, 2 * n + wide);
    const bool is_narrow = operation.multiplies() && n < 2 && n != wide;
    inputs.push_back(is_narrow ? draw_narrow(count, plan, stream) : draw_wide(count, plan, stream));
  }
  return inputs;
}

}  // namespace cnnspec::checks

// Exact data: integers so small that nothing a correct kernel does can round. Then the only right answer is the exact
// one.
//
// Budget. Integers up to 2^bits are exact in a type with a significand of `bits`. If the absolute values of the terms
// of every output sum up to at most 2^bits, then so does every partial sum of them in any order, any blocking and with
// any fused operation, and no operation rounds.
//
// To show kernels that round their inputs or products to fewer bits (TF32: 11, bf16: 8), one factor of each product is
// wide: an odd integer of 12 bits or more (or of all the bits that its type has), which loses its last bit to any such
// rounding. The other is narrow, a power of two, so that the budget lasts. A second family swaps the two. No element is
// zero if it can be helped: the loss of a term changes the result by that term.
//   - Up to 2^bits / 4095 terms (4097 for float) the widest such numbers are drawn that the count of terms allows,
//     and the budget holds by construction.
//   - Beyond that only a share of the wide operand is wide and the rest is small, the share such that the sums stay far
//     within the budget in the mean. Then the spec is run on the absolute values, and if an output exceeds the budget,
//     the data is drawn again with half the share.
//   - Beyond 2^(bits-1) terms some elements are zero as well; what that hides is part of the sensitivity.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// What TF32 and bf16 cannot hold: they have significands of 11 and 8 bits.
inline constexpr int least_wide_bits = 12;

/// How large the integers are.
struct ExactPlan {
  int bits = 0;         // the budget is 2^bits for the sum of the magnitudes of an output's terms
  int wide_bits = 0;    // wide: odd, 2^(wide_bits-1) < |v| < 2^wide_bits
  int narrow_bits = 0;  // narrow: |v| = 1, 2, ..., 2^narrow_bits
  int small_bits = 0;   // what stands for a wide number that the budget does not allow: odd, |v| < 2^small_bits
  double wide_share = 1, zero_share = 0;
  bool proved() const { return wide_share == 1; }  // the budget holds by construction
};

/// `bits`: what the sums may have; `factor_bits`: what an element may have; `terms`: the most terms of an output;
/// `multiplies`: a term has two factors.
ExactPlan plan_exact(int bits, int factor_bits, Idx terms, bool multiplies);
ExactPlan plan_exact(const Operation& operation, const Arithmetic& arithmetic);

/// The data to try when `plan` has exceeded its budget.
ExactPlan thinned(const ExactPlan& plan);

/// Integers for every input, as doubles: inputs[wide] is wide, inputs[1 - wide] narrow, an operation that does not
/// multiply has wide inputs only. The bias is drawn in any case.
Operands<double> draw_integers(const Operation& operation, const ExactPlan& plan, std::uint64_t seed, std::size_t wide);

}  // namespace cnnspec::checks

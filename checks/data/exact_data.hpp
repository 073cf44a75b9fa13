// Exact data: integers so small that no operation of a correct kernel can round. Then the exact answer is the only
// right one.
//
// Budget. Integers up to 2^bits are exact in a type with a significand of `bits`. Suppose that the absolute values of
// the terms of every output sum up to at most 2^bits. Then the same bound holds for every partial sum, in any order,
// with any blocking and any fused operation. So no operation rounds.
//
// To show kernels that round their inputs or products to fewer bits (TF32: 11, bf16: 8), one factor of each product is
// wide: an odd integer of 12 bits or more (or of all the bits that its type has). Any such rounding loses its last bit.
// The other factor is narrow, a power of two, to save budget. A second family swaps the two. If possible, no element is
// zero: then the loss of a term changes the result by that term.
//   - Up to 2^bits / 4095 terms (4097 for float), the wide numbers are as wide as the count of terms allows, and the
//     budget holds by construction.
//   - Beyond that, only a share of the wide operand is wide and the rest is small. The share is such that the sums
//     stay far within the budget on average. Then the spec is run on the absolute values. If an output exceeds the
//     budget, the data is drawn again with half the share.
//   - Beyond 2^(bits-1) terms, some elements are zero as well; the terms that this hides lower the sensitivity.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// TF32 and bf16 cannot hold such numbers: they have significands of 11 and 8 bits.
inline constexpr int least_wide_bits = 12;

/// How large the integers are.
struct ExactPlan {
  int bits = 0;         // the budget is 2^bits for the sum of the magnitudes of an output's terms
  int wide_bits = 0;    // wide: odd, 2^(wide_bits-1) < |v| < 2^wide_bits
  int narrow_bits = 0;  // narrow: |v| = 1, 2, ..., 2^narrow_bits
  int small_bits = 0;   // small numbers replace wide ones that the budget does not allow: odd, |v| < 2^small_bits
  double wide_share = 1, zero_share = 0;
  bool proved() const { return wide_share == 1; }  // the budget holds by construction
};

/// `bits`: for the sums; `factor_bits`: for an element; `terms`: the largest number of terms of an output;
/// `multiplies`: a term has two factors.
ExactPlan plan_exact(int bits, int factor_bits, Idx terms, bool multiplies);
ExactPlan plan_exact(const Operation& operation, const Arithmetic& arithmetic);

/// The plan to try next after `plan` has exceeded its budget.
ExactPlan thinned(const ExactPlan& plan);

/// Integers for every input, as doubles: inputs[wide] is wide, inputs[1 - wide] is narrow. An operation that does not
/// multiply has only wide inputs. The bias is always drawn.
Operands<double> draw_integers(const Operation& operation, const ExactPlan& plan, std::uint64_t seed, std::size_t wide);

}  // namespace cnnspec::checks

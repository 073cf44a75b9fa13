// The verdict on one element: may a correct kernel have returned this?
//
//   |r - value| <= gamma(terms, u) * (magnitude + slack)        the kernel's roundings, whatever its order
//                + slack                                        the kernel may replace its input data
//                + terms * eta                                  underflow of products
//                + 2 * terms * (1 + gamma(terms, u)) * L        where results below L may count as 0
//                + gamma(terms, u_ref) * magnitude              the reference's own roundings
//                + u_out * (|value| + all of the above) + eta_out  only where the output is narrower than the
//                                                               accumulator
//                + L_out                                        where results may count as 0, and this one is so small
//
// so a violation proves that the kernel did more than round (measured.hpp has the theorem; perturbed.hpp has the
// theorem about replaced data). No constant here is chosen by hand:
//   u      unit roundoff of the kernel's accumulator, 2^-24 for float; u_ref that of the reference's wider type;
//   slack  0, unless the kernel may replace elements by others: see slack_of;
//   eta    the smallest subnormal: a product that underflows is off by at most eta/2 (underflow is gradual, and sums
//          never underflow), and later roundings at most double that as long as gamma(terms, u) <= 1;
//   L      the least normal number of the accumulator, L_out that of the storage type. Each of at most `terms` products
//          and `terms` sums (adding 0 to a flushed number changes nothing) may be replaced by 0. The error is < L, and
//          later roundings make it at most (1 + gamma) times as large.
// The computed magnitude is itself rounded: the exact magnitude is at most magnitude / (1 - gamma(terms, u_ref)). The
// slack is rounded too; it takes at most four operations for each term.
// Where a partial sum could overflow, or gamma(terms, u) exceeds 1, no bound holds and the element is not judged.
// A result that involves no rounding (a selection, a copy, a sum of nothing) has terms = 0, and the bound is the slack:
// if that is 0, equality, with +0 = -0.
#pragma once

#include <cmath>
#include <limits>

#include "checks/expect/arithmetic.hpp"
#include "checks/scalars/measured.hpp"

namespace cnnspec::checks {

/// gamma(n, u) = n*u / (1 - n*u), for n*u < 1. Both n*u and 1 - n*u are exact in R as long as n*u has R's digits.
template <class R>
constexpr R gamma(Idx n, R u) {
  const R nu = static_cast<R>(n) * u;
  return nu / (1 - nu);
}

/// The bound of an element that is not judged.
inline constexpr double no_bound = std::numeric_limits<double>::quiet_NaN();

/// A bound on the distance between x and its value in a format. 0 if the format holds x. Infinite if x is larger than
/// all numbers of the format. Otherwise the spacing of the format's numbers near x: this covers every rounding mode,
/// truncation included. `flushes`: x may become 0 if it is below the least normal number.
inline double slack_of(double x, const Format& format, bool flushes) {
  const double magnitude = std::fabs(x);
  if (magnitude > format.largest()) return std::numeric_limits<double>::infinity();
  int exponent = 0;
  std::frexp(magnitude, &exponent);  // below 2^exponent
  const int last = std::max(exponent - format.digits, format.least_exponent);
  const double in_last = std::ldexp(magnitude, -last);
  const double rounded = in_last == std::trunc(in_last) ? 0 : std::ldexp(1.0, last);
  return flushes && magnitude < format.least_normal() ? std::fmax(rounded, magnitude) : rounded;
}

/// The slack of a sum of products of normal numbers, if each factor may first be rounded. `magnitude`: the sum of the
/// products' absolute values. v = 2^(1-digits) covers every rounding mode.
template <class R>
R slack_of_products(R magnitude, const Arithmetic& kernel) {
  const R v = kernel.rounds_factors() ? R(power_of_two(1 - kernel.factor_digits)) : R(0);
  return v * (2 + v) * magnitude;  // (1+v)^2 - 1
}

/// The largest error that rounding explains, rounded up; `no_bound` if there is none. `slack`: see above.
template <class R>
double error_bound(const Measured<R>& expected, const Arithmetic& kernel, R slack = 0) {
  constexpr R unit = std::numeric_limits<R>::epsilon() / 2;
  // A bound takes fewer than 32 operations on non-negative numbers, |r - value| takes one more, and there are two
  // conversions to double. Each of them may have rounded down.
  const R upward = 1 + 40 * unit + 4 * R(std::numeric_limits<double>::epsilon());
  const R terms = static_cast<R>(expected.terms), kernel_unit = kernel.accumulator.unit();
  if (!(terms * kernel_unit <= R(0.5)) || !(slack <= std::numeric_limits<R>::max())) return no_bound;
  const R perturbed = slack * (1 + 2 * gamma(4 * expected.terms + 4, unit));
  if (expected.terms == 0) return static_cast<double>(perturbed * upward);
  const R own = gamma(expected.terms, unit), rounding = gamma(expected.terms, kernel_unit);
  const R magnitude = expected.magnitude / (1 - own);
  R computed =
      rounding * (magnitude + perturbed) + perturbed + terms * R(kernel.accumulator.smallest()) + own * magnitude;
  if (kernel.flushes) computed += 2 * terms * (1 + rounding) * R(kernel.accumulator.least_normal());
  R error = computed;
  if (kernel.rounds_output())
    error += R(kernel.storage.unit()) * (std::fabs(expected.value) + computed) + R(kernel.storage.smallest());
  const R least_stored = kernel.storage.least_normal();
  if (kernel.flushes && !(std::fabs(expected.value) > error + least_stored)) error += least_stored;
  const double largest = kernel.saturates() ? kernel.accumulator.largest()
                                            : std::min(kernel.accumulator.largest(), kernel.storage.largest());
  if (!((magnitude + perturbed + error) * upward < R(largest))) return no_bound;
  return static_cast<double>(error * upward);
}

enum class Judgement { right, wrong, not_judged };

struct ElementVerdict {
  Judgement judgement = Judgement::right;
  double error = 0, bound = 0;
  /// error / bound: at most 1 if the element is right.
  double ratio() const { return error == 0 ? 0 : error / bound; }
  /// The same ratio for a wrong element, for comparison. Infinite if only NaN or only equality is right.
  double wrong_ratio() const {
    return bound > 0 && !std::isnan(error) ? error / bound : std::numeric_limits<double>::infinity();
  }
};

/// `actual`: the kernel's result. An equal result is right with any bound. This includes equal infinities, and NaN if
/// NaN is expected.
inline ElementVerdict judge_element(double actual, long double expected, double bound) {
  if (std::isnan(bound)) return {Judgement::not_judged, 0, 0};
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return {Judgement::right, 0, bound};
  const long double error = std::fabs(actual - expected);
  const bool right = error <= bound && bound > 0;  // false for NaN
  return {right ? Judgement::right : Judgement::wrong, static_cast<double>(error), bound};
}

}  // namespace cnnspec::checks

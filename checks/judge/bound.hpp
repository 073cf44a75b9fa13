// The verdict on one element: may a correct kernel have returned this?
//
//   |r - value| <= ((1+v)^2 (1 + gamma(terms, u)) - 1) * magnitude   the kernel's roundings, whatever its order
//                + terms * eta                                       underflow of products
//                + gamma(terms, u_ref) * magnitude                   the reference's own roundings
//                + u_out * (|value| + all of the above) + eta_out    only where the output is narrower than the
//                accumulator
//
// so a violation is a proof that the kernel did something else than round (measured.hpp has the theorem). Nothing here
// is chosen by hand:
//   u      unit roundoff of the kernel's accumulator, 2^-24 for float; u_ref that of the reference's wider type;
//   v      0, unless the profile says that factors are rounded to d digits first: then 2^(1-d), which covers every way
//          to round, truncation among them;
//   eta    the smallest subnormal: a product that underflows is off by at most eta/2 (underflow is gradual, and sums
//          never underflow), and later roundings at most double that as long as gamma(terms, u) <= 1.
// The computed magnitude is itself rounded: the exact one is at most magnitude / (1 - gamma(terms, u_ref)).
// Where a partial sum could overflow, or gamma(terms, u) exceeds 1, no bound holds and the element is not judged.
// A result that involves no rounding (a selection, a copy, a sum of nothing) has terms = 0, and the bound is 0:
// equality, with +0 = -0.
#pragma once

#include <cmath>
#include <limits>

#include "checks/judge/arithmetic.hpp"
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

/// The largest error that rounding explains, rounded up; `no_bound` where there is no such.
template <class R>
double error_bound(const Measured<R>& expected, const Arithmetic& kernel) {
  if (expected.terms == 0) return 0;
  const R terms = static_cast<R>(expected.terms), kernel_unit = kernel.accumulator.unit();
  if (!(terms * kernel_unit <= R(0.5))) return no_bound;  // gamma(terms, u) <= 1
  constexpr R unit = std::numeric_limits<R>::epsilon() / 2;
  const R own = gamma(expected.terms, unit);
  const R magnitude = expected.magnitude / (1 - own);
  const R factors = kernel.rounds_factors() ? R(std::ldexp(1.0, 1 - kernel.factor_digits)) : R(0);
  const R products = factors * (2 + factors);  // (1+v)^2 - 1
  const R rounded = (products + (1 + products) * gamma(expected.terms, kernel_unit)) * magnitude;
  const R computed = rounded + terms * R(kernel.accumulator.smallest()) + own * magnitude;
  R error = computed;
  if (kernel.rounds_output())
    error += R(kernel.storage.unit()) * (std::fabs(expected.value) + computed) + R(kernel.storage.smallest());
  // Fewer than 24 operations on non-negative numbers lead to here, one more to |r - value|, and two conversions to
  // double: each may have rounded down.
  const R upward = 1 + 32 * unit + 4 * R(std::numeric_limits<double>::epsilon());
  const double largest = std::min(kernel.accumulator.largest(), kernel.storage.largest());
  if (!((magnitude + error) * upward < R(largest))) return no_bound;
  return static_cast<double>(error * upward);
}

enum class Judgement { right, wrong, not_judged };

struct ElementVerdict {
  Judgement judgement = Judgement::right;
  double error = 0, bound = 0;
  /// error / bound: at most 1 where the element is right.
  double ratio() const { return error == 0 ? 0 : error / bound; }
  /// The same of a wrong element, so that it can be compared: infinite where NaN or equality is all that is right.
  double wrong_ratio() const {
    return bound > 0 && !std::isnan(error) ? error / bound : std::numeric_limits<double>::infinity();
  }
};

/// `actual`: the kernel's result. Equality is right whatever the bound: so are equal infinities, and NaN where NaN is
/// expected.
inline ElementVerdict judge_element(double actual, long double expected, double bound) {
  if (std::isnan(bound)) return {Judgement::not_judged, 0, 0};
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return {Judgement::right, 0, bound};
  const long double error = std::fabs(actual - expected);
  const bool right = error <= bound && bound > 0;  // false for NaN
  return {right ? Judgement::right : Judgement::wrong, static_cast<double>(error), bound};
}

}  // namespace cnnspec::checks

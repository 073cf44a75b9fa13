// The verdict on one element: may a correct kernel have returned this?
//
//   |r - value| <= gamma(terms, u) * magnitude            the kernel's roundings, whatever its order (measured.hpp)
//                + terms * eta                            underflow of products
//                + gamma(terms, u_ref) * magnitude        the reference's own roundings
//                + u_out * (|value| + all of the above)   only where the output type is narrower than the accumulator
//
// so a violation is a proof that the kernel did something else than round. Nothing here is chosen by hand:
//   u      unit roundoff of the kernel's accumulator, 2^-24 for float; u_ref that of the reference's wider type;
//   eta    the smallest subnormal: a product that underflows is off by at most eta/2 (underflow is gradual, and sums
//          never underflow), and later roundings at most double that as long as gamma(terms, u) <= 1.
// The computed magnitude is itself rounded: the exact one is at most magnitude / (1 - gamma(terms, u_ref)).
// Where a partial sum could overflow, or gamma(terms, u) exceeds 1, no bound holds and the element is not judged.
// A result that involves no rounding (a selection, a copy, a sum of nothing) has terms = 0, and the bound is 0:
// equality, with +0 = -0.
#pragma once

#include <cmath>
#include <limits>

#include "checks/scalars/measured.hpp"

namespace cnnspec::checks {

/// gamma(n, u) = n*u / (1 - n*u), for n*u < 1. Both n*u and 1 - n*u are exact in R as long as n*u has R's digits.
template <class R>
constexpr R gamma(Idx n, R u) {
  const R nu = static_cast<R>(n) * u;
  return nu / (1 - nu);
}

/// How a kernel may round.
template <class R>
struct Rounding {
  R unit;         // u: unit roundoff of the accumulator
  R underflow;    // eta: its smallest subnormal
  R largest;      // its largest finite value
  R output_unit;  // u_out: unit roundoff of the output type, 0 if that is not narrower than the accumulator
};

/// A kernel that accumulates in T, or wider, and stores T.
template <class T, class R>
constexpr Rounding<R> rounding_of() {
  using limits = std::numeric_limits<T>;
  return {static_cast<R>(limits::epsilon()) / 2, static_cast<R>(limits::denorm_min()), static_cast<R>(limits::max()),
          0};
}

template <class R>
struct Bound {
  bool judged = true;
  R error = 0;  // the largest error that rounding explains
};

template <class R>
constexpr Bound<R> error_bound(const Measured<R>& expected, const Rounding<R>& kernel) {
  if (expected.terms == 0) return {};
  const R terms = static_cast<R>(expected.terms);
  if (!(terms * kernel.unit <= R(0.5))) return {false, 0};  // gamma(terms, u) <= 1
  constexpr R unit = std::numeric_limits<R>::epsilon() / 2;
  const R own = gamma(expected.terms, unit);
  const R magnitude = expected.magnitude / (1 - own);
  const R rounded = gamma(expected.terms, kernel.unit) * magnitude;
  const R computed = rounded + terms * kernel.underflow + own * magnitude;
  const R value = expected.value < 0 ? -expected.value : expected.value;
  const R error = computed + kernel.output_unit * (value + computed);
  // Fewer than 16 operations on non-negative numbers lead to here, and one more to |r - value|: each may have rounded
  // down.
  constexpr R upward = 1 + 32 * unit;
  if (!((magnitude + error) * upward < kernel.largest)) return {false, 0};
  return {true, error * upward};
}

enum class Judgement { right, wrong, not_judged };

template <class R>
struct ElementVerdict {
  Judgement judgement = Judgement::right;
  R error = 0, bound = 0;
  /// error / bound: at most 1 where the element is right.
  R ratio() const { return error == 0 ? R(0) : error / bound; }
};

/// `actual`: the kernel's result, converted to R, which is exact.
template <class R>
ElementVerdict<R> judge_element(R actual, const Measured<R>& expected, const Rounding<R>& kernel) {
  const Bound<R> bound = error_bound(expected, kernel);
  if (!bound.judged) return {Judgement::not_judged, 0, 0};
  const R error = std::fabs(actual - expected.value);
  const bool right = error <= bound.error;  // false for NaN
  return {right ? Judgement::right : Judgement::wrong, error, bound.error};
}

/// On exact data the only right answer is the exact one, with +0 = -0; NaN equals nothing. `expected` fits T exactly.
template <class T>
constexpr bool is_exactly(T actual, Idx expected) {
  return actual == static_cast<T>(expected);
}

}  // namespace cnnspec::checks

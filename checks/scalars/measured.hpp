// Measured: a value, and the numbers that bound the rounding error of any other way to compute it.
//
// The spec's own loops, run once with this scalar, give for each result
//   value      the result, computed in R;
//   magnitude  the sum of the absolute values of the products it is a sum of;
//   terms      how often any one of these products can have been rounded, whatever the order of evaluation.
//
// Theorem. Let r be the result of evaluating the same expression in floating point with unit roundoff u, with sums
// taken in any order, any blocking and with or without fused multiply-add. If nothing under- or overflows, then
//   |r - value| <= gamma(terms, u) * magnitude,   gamma(n, u) = n*u / (1 - n*u)   (for the exact value and magnitude).
// Proof. Multiplied out, the expression is a sum of products t of data, and r is the sum of t * (1+e_1)...(1+e_k) with
// all |e| <= u, one factor for each rounding that t went through. So it suffices that k <= terms: then each product of
// factors is 1 + theta with |theta| <= gamma(terms, u) (Higham, Accuracy and Stability of Numerical Algorithms, 2nd
// ed., lemma 3.1; the inner product is section 3.1), and the errors sum up to at most gamma(terms, u) * magnitude.
//   - An element of data has been rounded 0 times: terms = 0.
//   - A product of two sums brings together a term of each and rounds once: terms = ta + tb + 1.
//   - A sum of m non-zero summands takes m - 1 additions in any order, and a summand takes part in at most all of them:
//     a term of summand i is rounded at most t_i + (m - 1) <= sum over j of max(t_j, 1) times. That sum can be formed
//     two summands at a time: terms = max(ta, 1) + max(tb, 1).
//   - An exact zero has magnitude 0. Adding it, or multiplying by it, rounds nothing and yields no term.
//   - A quotient by a number d that is not a sum rounds once. If d was rounded, the quotient also has the roundings of
//     d: a factor 1/(1+e) counts as one (lemma 3.1 includes it), so terms = ta + td + 1. Nothing rounds if d is a power
//     of two.
//   - A fused multiply-add omits a rounding.
// So a sum of n products has terms = n, and n + 1 with a bias. Comparisons use the value: a selection (relu, max)
// returns one of its operands with all its members.
//
// R has a wider significand than the data, so that values of the data convert exactly (double for float, long double
// for double), or is an integer type: then value and magnitude are exact, and magnitude bounds every partial sum.
#pragma once

#include <type_traits>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

template <class R>
struct Measured {
  R value = 0;
  R magnitude = 0;
  Idx terms = 0;

  constexpr Measured() = default;
  /// An element of data.
  constexpr explicit Measured(R v) : value(v), magnitude(v < 0 ? -v : v) {}
  constexpr Measured(int v) requires(!std::is_same_v<R, int>) : Measured(static_cast<R>(v)) {}
  constexpr explicit Measured(Idx v) requires(!std::is_same_v<R, Idx>) : Measured(static_cast<R>(v)) {}

  friend constexpr Measured operator*(const Measured& a, const Measured& b) {
    Measured product(a.value * b.value, a.magnitude * b.magnitude, a.terms + b.terms + 1);
    if (product.magnitude == 0) product.terms = 0;
    return product;
  }
  /// `d`: not zero, and not a sum.
  friend constexpr Measured operator/(const Measured& a, const Measured& d) {
    Measured quotient(a.value / d.value, a.magnitude / d.magnitude, a.terms);
    if (a.magnitude != 0 && !is_power_of_two(d)) quotient.terms += d.terms + 1;
    return quotient;
  }
  constexpr Measured& operator+=(const Measured& b) {
    if (b.magnitude == 0) return *this;
    terms = magnitude == 0 ? b.terms : at_least_one(terms) + at_least_one(b.terms);
    value += b.value;
    magnitude += b.magnitude;
    return *this;
  }
  friend constexpr Measured operator+(Measured a, const Measured& b) { return a += b; }
  friend constexpr Measured operator-(Measured a, const Measured& b) {
    return a += Measured(-b.value, b.magnitude, b.terms);
  }

  friend constexpr bool operator<(const Measured& a, const Measured& b) { return a.value < b.value; }
  friend constexpr bool operator<=(const Measured& a, const Measured& b) { return a.value <= b.value; }
  friend constexpr bool operator==(const Measured& a, const Measured& b) { return a.value == b.value; }

 private:
  constexpr Measured(R v, R m, Idx t) : value(v), magnitude(m), terms(t) {}
  static constexpr bool is_power_of_two(const Measured& d) {
    R v = d.magnitude;
    while (v > 1) v /= 2;
    while (v < 1 && v > 0) v *= 2;
    return v == 1 && d.terms == 0;
  }
  static constexpr Idx at_least_one(Idx n) { return n < 1 ? 1 : n; }
};

// 2*3 + 5*(-7) + 0*9 + 1: three terms, 6 + 35 + 1 in magnitude.
static_assert([] {
  using M = Measured<Idx>;
  const M r = M(2) * M(3) + M(5) * M(-7) + M(0) * M(9) + M(1);
  return r.value == -28 && r.magnitude == 42 && r.terms == 3;
}());
// (1 + 2) / 3 rounds once after the sum, (1 + 2) * (1/3) twice, (1 + 2) / 4 never.
static_assert([] {
  using M = Measured<double>;
  const M sum = M(1) + M(2);
  return (sum / M(3)).terms == sum.terms + 1 && (sum * (M(1) / M(3))).terms == sum.terms + 2 &&
         (sum / M(4)).terms == sum.terms && (sum / M(4)).value == 0.75;
}());

}  // namespace cnnspec::checks

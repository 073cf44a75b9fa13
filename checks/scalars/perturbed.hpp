// Perturbed: a value together with how far the exact result may be from it if the data is not quite what was given.
//
// Some kernels do not compute with the numbers that they are given: they round the factors of a product to fewer digits
// (TF32), hold what they add in a narrower type, or take subnormal numbers for zero. Their result is then that of other
// data. The spec's own loops, run once with this scalar, bound what becomes of it:
//   value      the result, computed in R;
//   magnitude  a bound on the sum of the absolute values of the products it is a sum of;
//   slack      how far the exact result of the other data may be from that of the data.
//
// Theorem. Let every element x of the data be replaced by some x' with |x' - x| <= slack(x). Then the exact result of
// the same expression differs by at most slack, and the sum of the absolute values of its products by no more.
// Proof. Multiplied out, the expression is a sum of products, and both claims follow term by term.
//   - An element: by assumption.
//   - A product: a'b' - ab = (a' - a) b + a (b' - b) + (a' - a)(b' - b), so that it is at most
//     |b| sa + |a| sb + sa sb. For the absolute values of products: | |a'b'| - |ab| | <= |a'b' - ab|.
//   - A quotient by a number that is not replaced: that is a factor.
//   - A sum: the triangle inequality.
//   - Comparisons look at the value: a selection must not depend on what is perturbed, and gives the slack of the
//     element that it selects.
// So the error bound of rounding (measured.hpp), which holds for any data, holds for the data that the kernel computes
// with, whose magnitude is at most magnitude + slack; and its exact result is within slack of the right one.
//
// A slack that is infinite means that nothing is known: x' may even be no number. It stays infinite or becomes NaN in
// whatever it takes part in, also beside a zero.
#pragma once

#include <limits>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

template <class R>
struct Perturbed {
  R value = 0;
  R magnitude = 0;
  R slack = 0;

  constexpr Perturbed() = default;
  /// An element of data, and how far what takes its place may be from it.
  constexpr Perturbed(R v, R s) : value(v), magnitude(v < 0 ? -v : v), slack(s) {}
  constexpr Perturbed(int v) : Perturbed(static_cast<R>(v), R(0)) {}
  constexpr explicit Perturbed(Idx v) : Perturbed(static_cast<R>(v), R(0)) {}

  friend constexpr Perturbed operator*(const Perturbed& a, const Perturbed& b) {
    Perturbed product;
    product.value = a.value * b.value;
    product.magnitude = a.magnitude * b.magnitude;
    product.slack = a.magnitude * b.slack + b.magnitude * a.slack + a.slack * b.slack;  // 0 * infinity is NaN
    return product;
  }
  /// `d`: not zero, no sum, and what it is.
  friend constexpr Perturbed operator/(const Perturbed& a, const Perturbed& d) {
    Perturbed quotient;
    quotient.value = a.value / d.value;
    quotient.magnitude = a.magnitude / d.magnitude, quotient.slack = a.slack / d.magnitude;
    return quotient;
  }
  constexpr Perturbed& operator+=(const Perturbed& b) {
    value += b.value;
    magnitude += b.magnitude;
    slack += b.slack;
    return *this;
  }
  friend constexpr Perturbed operator+(Perturbed a, const Perturbed& b) { return a += b; }

  friend constexpr bool operator<(const Perturbed& a, const Perturbed& b) { return a.value < b.value; }
  friend constexpr bool operator<=(const Perturbed& a, const Perturbed& b) { return a.value <= b.value; }
  friend constexpr bool operator==(const Perturbed& a, const Perturbed& b) { return a.value == b.value; }
};

// (2 +- 1) * (-3 +- 1) + (1 +- 0): from -4 to -1 for the product, which is -12 at worst.
static_assert([] {
  using P = Perturbed<double>;
  const P r = P(2, 1) * P(-3, 1) + P(1);
  return r.value == -5 && r.magnitude == 7 && r.slack == 6;
}());

}  // namespace cnnspec::checks

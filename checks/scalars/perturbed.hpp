// Perturbed: a value, and a bound on the change of the exact result if the data is replaced by slightly different data.
//
// Some kernels do not compute with the given numbers: they round the factors of a product to fewer digits (TF32), keep
// summands in a narrower type, or flush subnormal numbers to zero. Then their result is that of other data. The spec's
// own loops, run once with this scalar, bound the effect:
//   value      the result, computed in R;
//   magnitude  a bound on the sum of the absolute values of the products in the result's sum;
//   slack      a bound on the difference between the exact results of the other data and of the given data.
//
// Theorem. Let every element x of the data be replaced by some x' with |x' - x| <= slack(x). Then the exact result of
// the same expression differs by at most slack, and the sum of the absolute values of its products by no more.
// Proof. Multiplied out, the expression is a sum of products, and both claims follow term by term.
//   - An element: by assumption.
//   - A product: a'b' - ab = (a' - a) b + a (b' - b) + (a' - a)(b' - b), so that it is at most
//     |b| sa + |a| sb + sa sb. For the absolute values of products: | |a'b'| - |ab| | <= |a'b' - ab|.
//   - A quotient by a number that is not replaced: it is a product with a factor that is not replaced.
//   - A sum: the triangle inequality.
//   - Comparisons use the value. A selection must not depend on perturbed data; it returns the slack of the selected
//     element.
// The error bound of rounding (measured.hpp) holds for any data, and so for the data that the kernel computes with. The
// magnitude of that data is at most magnitude + slack, and its exact result is within slack of the right one.
//
// An infinite slack means that nothing is known: x' may even be NaN. The slack stays infinite or becomes NaN in every
// operation, even in a product with zero.
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
  /// An element of data, and the largest distance to its replacement.
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
  /// `d`: not zero, not a sum, and not replaced.
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

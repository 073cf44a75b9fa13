// TermRange: a sum, and the least and the greatest magnitude of its terms. It shows whether the loss of any one term
// would change the rounded sum.
#pragma once

#include <algorithm>
#include <cmath>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The terms are multiples of one power of two, `grid`, and nothing rounds in double. `grid` is 0 if this is not known.
struct TermRange {
  double value = 0, least = 0, most = 0;
  Idx terms = 0;    // number of nonzero terms
  double grid = 1;  // data are integers

  constexpr TermRange() = default;
  constexpr TermRange(int v) : TermRange(static_cast<double>(v)) {}
  constexpr TermRange(double v) : value(v), least(v < 0 ? -v : v), most(least), terms(v == 0 ? 0 : 1) {}

  constexpr explicit TermRange(Idx v) : TermRange(static_cast<double>(v)) {}

  friend constexpr TermRange operator*(const TermRange& a, const TermRange& b) {
    TermRange product(a.value * b.value);
    product.grid = a.grid * b.grid;
    return product;
  }
  /// `d`: a positive integer.
  friend constexpr TermRange operator/(TermRange a, const TermRange& d) {
    const auto n = static_cast<Idx>(d.value);
    a.value /= d.value, a.least /= d.value, a.most /= d.value;
    a.grid = (n & (n - 1)) == 0 ? a.grid / d.value : 0;
    return a;
  }
  constexpr TermRange& operator+=(const TermRange& b) {
    if (b.terms == 0) return *this;
    least = terms == 0 ? b.least : std::min(least, b.least);
    most = std::max(most, b.most);
    grid = terms == 0 ? b.grid : std::min(grid, b.grid);
    value += b.value, terms += b.terms;
    return *this;
  }
  friend constexpr TermRange operator+(TermRange a, const TermRange& b) { return a += b; }

  friend constexpr bool operator<(const TermRange& a, const TermRange& b) { return a.value < b.value; }
  friend constexpr bool operator<=(const TermRange& a, const TermRange& b) { return a.value <= b.value; }
  friend constexpr bool operator==(const TermRange& a, const TermRange& b) { return a.value == b.value; }

  /// Whether the sum without any one term, rounded to `digits` digits, always differs from the rounded sum. Two numbers
  /// with the same rounded value differ by at most one unit in the last place of the larger one. Multiples of the grid
  /// with at most `digits` digits are not rounded at all.
  bool loss_shows_in(int digits) const {
    const double larger = std::fabs(value) + most;
    if (terms == 0 || larger <= std::ldexp(grid, digits)) return true;
    if (!std::isfinite(larger)) return false;
    return least > std::ldexp(1.0, std::ilogb(larger) + 1 - digits);
  }
};

static_assert((TermRange(2) * TermRange(3) + TermRange(-7)).most == 7);

}  // namespace cnnspec::checks

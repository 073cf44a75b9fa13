// TermRange: a sum together with the least and the greatest magnitude of its terms, to tell whether the loss of any one of
// them would be seen in the sum once that has been rounded.
#pragma once

#include <algorithm>
#include <cmath>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// Of integers, on which nothing rounds in double.
struct TermRange {
  double value = 0, least = 0, most = 0;
  Idx terms = 0;  // those that are not zero

  constexpr TermRange() = default;
  constexpr TermRange(int v) : TermRange(static_cast<double>(v)) {}
  constexpr TermRange(double v) : value(v), least(v < 0 ? -v : v), most(least), terms(v == 0 ? 0 : 1) {}

  friend constexpr TermRange operator*(const TermRange& a, const TermRange& b) { return {a.value * b.value}; }
  constexpr TermRange& operator+=(const TermRange& b) {
    if (b.terms == 0) return *this;
    least = terms == 0 ? b.least : std::min(least, b.least);
    most = std::max(most, b.most);
    value += b.value, terms += b.terms;
    return *this;
  }
  friend constexpr TermRange operator+(TermRange a, const TermRange& b) { return a += b; }

  friend constexpr bool operator<(const TermRange& a, const TermRange& b) { return a.value < b.value; }
  friend constexpr bool operator<=(const TermRange& a, const TermRange& b) { return a.value <= b.value; }
  friend constexpr bool operator==(const TermRange& a, const TermRange& b) { return a.value == b.value; }

  /// Whether the sum without any one term, rounded to so many digits, is another number than the rounded sum. Two numbers
  /// that round to one lie at most one unit in the last place of the larger apart; and integers of no more than that many
  /// digits are not rounded at all.
  bool loss_shows_in(int digits) const {
    const double larger = std::fabs(value) + most;
    if (terms == 0 || larger <= std::ldexp(1.0, digits)) return true;
    return least > std::ldexp(1.0, std::ilogb(larger) + 1 - digits);
  }
};

static_assert((TermRange(2) * TermRange(3) + TermRange(-7)).most == 7);

}  // namespace cnnspec::checks

// Grid: the exponent of the largest power of two that divides a result, whatever the values are.
//
// The spec's own loops, run with this scalar, show where nothing needs to round. A sum of multiples of 2^e is a
// multiple of 2^e. A product of multiples of 2^a and 2^b is a multiple of 2^(a+b). A multiple of 2^e, divided by 2^k,
// is a multiple of 2^(e-k). A quotient by another number d is a multiple of nothing: then 2^exponent is at most the
// least quotient of a multiple of 2^e.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

struct Grid {
  static constexpr int of_zero = std::numeric_limits<int>::max();  // zero is a multiple of everything

  int exponent = of_zero;
  bool is_multiple = true;
  Idx number = 0;  // the value of a whole number, as a divisor

  constexpr Grid() = default;
  constexpr Grid(int v) : Grid(static_cast<Idx>(v)) {}
  constexpr explicit Grid(Idx v) : exponent(v == 0 ? of_zero : 0), number(v) {}
  /// An element of data that is a multiple of 2^e; of_zero: zero.
  static constexpr Grid multiple_of(int e) {
    Grid g;
    g.exponent = e;
    return g;
  }
  constexpr bool is_zero() const { return exponent == of_zero; }

  constexpr Grid& operator+=(const Grid& o) {
    exponent = std::min(exponent, o.exponent), is_multiple = is_multiple && o.is_multiple;
    return *this;
  }
  friend constexpr Grid operator+(Grid a, const Grid& b) { return a += b; }
  friend constexpr Grid operator*(const Grid& a, const Grid& b) {
    if (a.is_zero() || b.is_zero()) return {};
    Grid product = multiple_of(a.exponent + b.exponent);
    product.is_multiple = a.is_multiple && b.is_multiple;
    return product;
  }
  /// `d`: a positive whole number.
  friend constexpr Grid operator/(Grid a, const Grid& d) {
    if (a.is_zero()) return a;
    int shift = 0;  // rounded up
    while (shift < 62 && Idx{1} << shift < d.number) ++shift;
    a.exponent -= shift, a.is_multiple = a.is_multiple && Idx{1} << shift == d.number;
    return a;
  }
};

static_assert((Grid::multiple_of(0) / Grid(8)).exponent == -3 && !(Grid::multiple_of(0) / Grid(6)).is_multiple);

/// The largest e such that v is a multiple of 2^e; of_zero if v is zero or not finite.
inline int exponent_of(double v) {
  constexpr int fraction_bits = 52, bias = 1023;
  if (v == 0 || !std::isfinite(v)) return Grid::of_zero;
  const auto bits = std::bit_cast<std::uint64_t>(v);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const int field = static_cast<int>(bits >> fraction_bits & 0x7ff);
  const std::uint64_t significand = field == 0 ? fraction : fraction | std::uint64_t{1} << fraction_bits;
  return std::max(field, 1) - bias - fraction_bits + std::countr_zero(significand);
}

}  // namespace cnnspec::checks

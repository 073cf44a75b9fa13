// Whole: whole numbers held in a floating-point type. They are exact as long as no number, product or partial sum
// exceeds 2^digits of that type. Nothing detects a larger one: use it only if a bound proves that there is none
// (scalars/magnitude.hpp). It is faster than an integer of the same size, because every machine multiplies several
// floating-point numbers at once.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace cnnspec::checks {

template <class F>
struct Whole {
  F value = 0;

  constexpr Whole() = default;
  constexpr Whole(int v) : value(static_cast<F>(v)) {}
  constexpr explicit Whole(std::int64_t v) : value(static_cast<F>(v)) {}
  constexpr explicit operator double() const { return static_cast<double>(value); }
  std::string str() const { return fmt::format("{:.0f}", value); }

  constexpr Whole& operator+=(Whole o) { return value += o.value, *this; }
  constexpr Whole& operator-=(Whole o) { return value -= o.value, *this; }
  friend constexpr Whole operator+(Whole a, Whole b) { return a += b; }
  friend constexpr Whole operator-(Whole a, Whole b) { return a -= b; }
  friend constexpr Whole operator*(Whole a, Whole b) { return of(a.value * b.value); }
  /// Rounded towards zero, as for integers.
  friend Whole operator/(Whole a, Whole b) { return of(std::trunc(a.value / b.value)); }
  friend Whole operator%(Whole a, Whole b) { return of(std::fmod(a.value, b.value)); }
  friend constexpr auto operator<=>(Whole, Whole) = default;

 private:
  static constexpr Whole of(F v) {
    Whole w;
    w.value = v;
    return w;
  }
};

template <class T>
inline constexpr bool is_whole = false;
template <class F>
inline constexpr bool is_whole<Whole<F>> = true;

}  // namespace cnnspec::checks

template <class F>
struct std::numeric_limits<cnnspec::checks::Whole<F>> {
  static constexpr bool is_specialized = true, is_integer = true, is_exact = true, is_signed = true;
  static constexpr int digits = std::numeric_limits<F>::digits, radix = 2;
  static constexpr cnnspec::checks::Whole<F> epsilon() { return 0; }
};

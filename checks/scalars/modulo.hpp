// Modulo: integers modulo the prime p = 2^61 - 1. The specification's loops run on them as on any scalar: a sum of
// products modulo p is the sum modulo p. Two integers that are less than p apart are equal if they are equal modulo p.
//
// 2^61 is 1 modulo p, so a product is reduced by adding its high bits to its low ones, without a division.
#pragma once

#include <cstdint>

#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

struct Modulo {
  static constexpr int bits = 61;
  static constexpr std::uint64_t prime = (std::uint64_t{1} << bits) - 1;

  std::uint64_t value = 0;  // below the prime

  constexpr Modulo() = default;
  constexpr Modulo(int v) : Modulo(Int128{v}) {}
  /// Any integer of 127 bits and a sign.
  constexpr explicit Modulo(Int128 v) {
    const bool is_negative = v < 0;
    const auto magnitude = static_cast<Unsigned128>(is_negative ? -v : v);
    value = reduced(folded(folded(magnitude)));
    if (is_negative && value != 0) value = prime - value;
  }

  constexpr Modulo& operator+=(Modulo o) {
    value = reduced(value + o.value);
    return *this;
  }
  friend constexpr Modulo operator+(Modulo a, Modulo b) { return a += b; }
  friend constexpr Modulo operator*(Modulo a, Modulo b) {
    a.value = reduced(static_cast<std::uint64_t>(folded(static_cast<Unsigned128>(a.value) * b.value)));
    return a;
  }
  friend constexpr bool operator==(Modulo, Modulo) = default;

 private:
  using Unsigned128 = __uint128_t;
  /// The same number modulo p, with about half as many bits.
  static constexpr Unsigned128 folded(Unsigned128 v) { return (v & prime) + (v >> bits); }
  /// The remainder of a number of at most 2 p.
  static constexpr std::uint64_t reduced(Unsigned128 v) {
    const auto rest = static_cast<std::uint64_t>(v);
    return rest >= prime ? rest - prime : rest;
  }
};

}  // namespace cnnspec::checks

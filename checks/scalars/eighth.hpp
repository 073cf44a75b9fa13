// Floating-point numbers of eight bits: a sign, some bits of exponent and some of significand. Source: OCP 8-bit
// Floating Point Specification (OFP8), revision 1.0: E4M3 has no infinity, and one NaN for each sign; E5M2 is like IEEE
// 754's formats.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace cnnspec::checks {

struct EightBits {
  int significand_bits;  // without the leading one
  int bias;
  int finite;         // so many bit patterns from 0 on are finite numbers that are not negative
  bool has_infinity;  // the next one; where there is none, what is too large becomes the largest number

  /// The number of a bit pattern.
  double decoded(std::uint8_t bits) const {
    const int magnitude = bits & 0x7f, exponent = magnitude >> significand_bits;
    const int fraction = magnitude & ((1 << significand_bits) - 1), leading = exponent == 0 ? 0 : 1 << significand_bits;
    double v = leading + fraction;
    int power = (exponent == 0 ? 1 : exponent) - bias - significand_bits;
    for (; power > 0; --power) v *= 2;
    for (; power < 0; ++power) v /= 2;
    if (magnitude >= finite)
      v = has_infinity && magnitude == finite ? std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::quiet_NaN();
    return bits & 0x80 ? -v : v;
  }
  /// The nearest number, of two as near the one whose last bit is 0.
  std::uint8_t encoded(double v) const {
    const int sign = std::signbit(v) ? 0x80 : 0;
    if (std::isnan(v)) return static_cast<std::uint8_t>(sign | 0x7f);
    const double magnitude = std::fabs(v);
    int below = 0;  // the last finite one that is no larger
    for (int step = 64; step > 0; step /= 2)
      if (below + step < finite && decoded(static_cast<std::uint8_t>(below + step)) <= magnitude) below += step;
    if (below + 1 == finite && !has_infinity) return static_cast<std::uint8_t>(sign | below);
    const double low = decoded(static_cast<std::uint8_t>(below));
    // Beyond the largest number, the next one would be as far from it as the one before.
    const double high = below + 1 < finite ? decoded(static_cast<std::uint8_t>(below + 1))
                                           : 2 * low - decoded(static_cast<std::uint8_t>(below - 1));
    const bool is_up = magnitude - low > high - magnitude || (magnitude - low == high - magnitude && below % 2 == 1);
    return static_cast<std::uint8_t>(sign | (below + is_up));
  }
};

inline constexpr EightBits e4m3{3, 7, 0x7f, false}, e5m2{2, 15, 0x7c, true};

}  // namespace cnnspec::checks

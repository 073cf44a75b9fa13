// Floating-point numbers of eight bits: a sign, some bits of exponent and some of significand. Source: OCP 8-bit
// Floating Point Specification (OFP8), revision 1.0: E4M3 has no infinity, and one NaN for each sign; E5M2 is like IEEE
// 754's formats.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace cnnspec::checks {

class EightBits {
 public:
  /// `significand_bits`: without the leading bit. The bit patterns in [0, finite) are the finite numbers that are not
  /// negative. The next bit pattern is infinity if there is one; else numbers that are too large become the largest
  /// number.
  constexpr EightBits(int significand_bits, int bias, int finite, bool has_infinity)
      : significand_bits_(significand_bits), finite_(finite), has_infinity_(has_infinity) {
    for (int bits = 0; bits < finite; ++bits) {
      const int exponent = bits >> significand_bits, leading = exponent == 0 ? 0 : 1 << significand_bits;
      double v = leading + (bits & ((1 << significand_bits) - 1));
      int power = (exponent == 0 ? 1 : exponent) - bias - significand_bits;
      for (; power > 0; --power) v *= 2;
      for (; power < 0; ++power) v /= 2;
      magnitudes_[static_cast<std::size_t>(bits)] = v;
    }
    for (int bits = finite; bits < half; ++bits)
      magnitudes_[static_cast<std::size_t>(bits)] = has_infinity && bits == finite
                                                        ? std::numeric_limits<double>::infinity()
                                                        : std::numeric_limits<double>::quiet_NaN();
  }

  int significand_bits() const { return significand_bits_; }
  int finite() const { return finite_; }
  /// The number with this bit pattern.
  double decoded(std::uint8_t bits) const {
    const double v = magnitudes_[bits & 0x7f];
    return bits & 0x80 ? -v : v;
  }
  /// The nearest number; of two equally near, the one whose last bit is 0.
  std::uint8_t encoded(double v) const {
    const int sign = std::signbit(v) ? 0x80 : 0;
    if (std::isnan(v)) return static_cast<std::uint8_t>(sign | 0x7f);
    const double magnitude = std::fabs(v);
    int below = 0;  // the largest finite number that is not larger
    for (int step = 64; step > 0; step /= 2)
      if (below + step < finite_ && decoded(static_cast<std::uint8_t>(below + step)) <= magnitude) below += step;
    if (below + 1 == finite_ && !has_infinity_) return static_cast<std::uint8_t>(sign | below);
    const double low = decoded(static_cast<std::uint8_t>(below));
    // Beyond the largest number, rounding continues as if there were one more number at the same spacing.
    const double high = below + 1 < finite_ ? decoded(static_cast<std::uint8_t>(below + 1))
                                           : 2 * low - decoded(static_cast<std::uint8_t>(below - 1));
    const bool is_up = magnitude - low > high - magnitude || (magnitude - low == high - magnitude && below % 2 == 1);
    return static_cast<std::uint8_t>(sign | (below + is_up));
  }

 private:
  static constexpr int half = 128;  // half of all bit patterns
  int significand_bits_, finite_;
  bool has_infinity_;
  std::array<double, half> magnitudes_{};
};

inline constexpr EightBits e4m3{3, 7, 0x7f, false}, e5m2{2, 15, 0x7c, true};

}  // namespace cnnspec::checks

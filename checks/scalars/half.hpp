// The two 16-bit storage types of cnnspec/kernel.h, as bit patterns: IEEE 754 binary16 and bfloat16. No computation
// uses them directly: values are widened, which is exact, and a result is rounded once, when it is stored.
//
// Both are laid out as sign, exponent, fraction. With F fraction bits, q the quantum and e the exponent field:
//   value = +-(e == 0 ? fraction : 2^F + fraction) * q,   q = 2^(max(e, 1) - bias - F)
// so consecutive numbers of one sign have consecutive bit patterns, and a carry in rounding moves into the exponent.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace cnnspec::checks {

template <int exponent_bits, int fraction_bits>
struct Format16 {
  static_assert(1 + exponent_bits + fraction_bits == 16);
  using Bits = std::uint16_t;

  static constexpr int bias = (1 << (exponent_bits - 1)) - 1, least_exponent = 1 - bias;
  static constexpr std::uint16_t sign = 0x8000, infinity = ((1 << exponent_bits) - 1) << fraction_bits;
  static constexpr std::uint16_t quiet_nan = infinity | 1 << (fraction_bits - 1);

  /// Exact. All NaNs are treated alike.
  static constexpr double value(std::uint16_t bits) {
    const int magnitude = bits & ~sign, field = magnitude >> fraction_bits;
    if (field != 0 && magnitude < infinity) {  // a normal number: only its exponent is biased differently
      const auto rebiased = static_cast<std::uint64_t>(magnitude + ((1023 - bias) << fraction_bits));
      return std::bit_cast<double>(static_cast<std::uint64_t>(bits & sign) << 48 | rebiased << (52 - fraction_bits));
    }
    if (magnitude > infinity) return std::numeric_limits<double>::quiet_NaN();
    double result = std::numeric_limits<double>::infinity();
    if (magnitude < infinity) {
      const int quanta = field == 0 ? magnitude : magnitude - ((field - 1) << fraction_bits);
      result = quanta * power_of_two(std::max(field, 1) - bias - fraction_bits);
    }
    return bits & sign ? -result : result;
  }

  /// The nearest number, ties to even; infinity from half a quantum above the largest number on; NaN for NaN. A float
  /// converts to double exactly, so this rounds a float or a double once.
  static constexpr std::uint16_t nearest(double v) {
    if (v != v) return quiet_nan;
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(v), fraction = bits & ((one << 52) - 1);
    const std::uint64_t result_sign = (bits >> 63) * sign, size = bits & ~(one << 63);
    if (size >= static_cast<std::uint64_t>(least_exponent + 1023) << 52) {  // no subnormal number
      constexpr int shift = 52 - fraction_bits;
      const std::uint64_t is_odd = size >> shift & 1, rounded = (size + (one << (shift - 1)) - 1 + is_odd) >> shift;
      const std::uint64_t rebiased = rounded - (static_cast<std::uint64_t>(1023 - bias) << fraction_bits);
      return static_cast<std::uint16_t>(result_sign + std::min<std::uint64_t>(rebiased, infinity));
    }
    const int field = static_cast<int>(bits >> 52 & 0x7ff), exponent = field - 1023;
    const std::uint64_t significand = field == 0 ? fraction : one << 52 | fraction;

    // The number of bits for which the result has no room. From 54 on, the whole value is less than half a quantum.
    const int too_many = std::min(52 - fraction_bits + std::max(least_exponent - exponent, 0), 54);
    const std::uint64_t rest = significand & ((one << too_many) - 1), half = one << (too_many - 1);
    std::uint64_t quanta = significand >> too_many;
    if (rest > half || (rest == half && quanta % 2 == 1)) ++quanta;

    const std::uint64_t above_least = static_cast<std::uint64_t>(std::max(exponent - least_exponent, 0));
    const std::uint64_t magnitude = std::min<std::uint64_t>((above_least << fraction_bits) + quanta, infinity);
    return static_cast<std::uint16_t>(result_sign + magnitude);
  }

 private:
  static constexpr std::uint64_t one = 1;
  static constexpr double power_of_two(int exponent) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
  }
};

using Half = Format16<5, 10>;
using Bfloat16 = Format16<8, 7>;

constexpr double half_to_double(std::uint16_t bits) { return Half::value(bits); }
constexpr std::uint16_t double_to_half(double v) { return Half::nearest(v); }
constexpr double bfloat16_to_double(std::uint16_t bits) { return Bfloat16::value(bits); }
constexpr std::uint16_t double_to_bfloat16(double v) { return Bfloat16::nearest(v); }

static_assert(half_to_double(0x3c00) == 1 && half_to_double(0xc001) == -2 - 0x1p-9);
static_assert(half_to_double(0x7bff) == 65504 && half_to_double(0x0001) == 0x1p-24);
static_assert(double_to_half(2049) == double_to_half(2048) && double_to_half(2051) == double_to_half(2052));
static_assert(double_to_half(65519) == 0x7bff && double_to_half(65520) == Half::infinity);
static_assert(double_to_half(0x1p-25) == 0 && double_to_half(-0x1.8p-25) == 0x8001);
static_assert(bfloat16_to_double(0x3f80) == 1 && double_to_bfloat16(257) == double_to_bfloat16(256));

}  // namespace cnnspec::checks

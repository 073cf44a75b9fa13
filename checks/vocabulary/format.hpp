// Format: a binary floating-point format, and its derived constants.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace cnnspec::checks {

/// 2^exponent, for an exponent that double has.
constexpr double power_of_two(int exponent) {
  constexpr int least_normal = -1022, least = -1074;
  const auto bits = exponent >= least_normal ? static_cast<std::uint64_t>(exponent + 1023) << 52
                                             : std::uint64_t{1} << (exponent - least);
  return std::bit_cast<double>(bits);
}
static_assert(power_of_two(-1074) == std::numeric_limits<double>::denorm_min() && power_of_two(-1022) == 0x1p-1022 &&
              power_of_two(-1) == 0.5 && power_of_two(1023) == 0x1p1023);

/// A binary floating-point format with gradual underflow.
struct Format {
  int digits = 0;            // of the significand, the leading one included
  int least_exponent = 0;    // the smallest subnormal is 2^least_exponent
  int largest_exponent = 0;  // the largest finite number is (2 - (1 + missing) * 2^(1-digits)) * 2^largest_exponent
  int missing = 0;           // the last `missing` significands of the largest exponent are not numbers

  constexpr double unit() const { return power_of_two(-digits); }             // u, the unit roundoff
  constexpr double smallest() const { return power_of_two(least_exponent); }  // eta, the smallest subnormal
  constexpr double least_normal() const { return power_of_two(least_exponent + digits - 1); }
  constexpr double largest() const {
    return (2 - (1 + missing) * power_of_two(1 - digits)) * power_of_two(largest_exponent);
  }
  friend bool operator==(const Format&, const Format&) = default;
};

inline constexpr Format binary32{24, -149, 127}, binary64{53, -1074, 1023}, binary16{11, -24, 15},
    bfloat16{8, -133, 127};
/// OCP 8-bit Floating Point Specification (OFP8), revision 1.0, table 1.
inline constexpr Format ofp8_e4m3{4, -9, 8, 1}, ofp8_e5m2{3, -16, 15};
static_assert(ofp8_e4m3.largest() == 448 && ofp8_e5m2.largest() == 57344 && ofp8_e5m2.least_normal() == 0x1p-14);

}  // namespace cnnspec::checks

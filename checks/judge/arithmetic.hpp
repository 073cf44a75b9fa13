// Arithmetic: the floating-point formats that a kernel stores and adds up in, and what it therefore may round. A
// profile is what a kernel claims about itself; the default claim is the strictest.
#pragma once

#include <span>
#include <string_view>

#include "checks/judge/case.hpp"

namespace cnnspec::checks {

/// A binary floating-point format with gradual underflow.
struct Format {
  int digits = 0;            // of the significand, the leading one included
  int least_exponent = 0;    // the smallest subnormal is 2^least_exponent
  int largest_exponent = 0;  // the largest finite number is (2 - 2^(1-digits)) * 2^largest_exponent

  double unit() const;      // u, the unit roundoff: 2^-digits
  double smallest() const;  // eta, the smallest subnormal
  double largest() const;
  friend bool operator==(const Format&, const Format&) = default;
};

/// binary32, binary64, binary16 and bfloat16.
Format format_of(DType dtype);

struct Arithmetic {
  DType dtype{};
  Format storage, accumulator;
  int factor_digits = 0;  // the factors of a product may first be rounded to that many digits; at most storage.digits

  bool rounds_factors() const { return factor_digits < storage.digits; }
  /// A result is rounded once more when it is stored.
  bool rounds_output() const { return storage.digits < accumulator.digits; }
};

struct Profile {
  const char* name;
  const char* description;
  bool (*applies)(DType);
  Arithmetic (*arithmetic)(DType);
};

/// ieee, f32-acc, tf32, bf16, f16-acc: the strictest first.
std::span<const Profile> profiles();
/// Null if there is none of that name.
const Profile* find_profile(std::string_view name);

/// That of a storage type under a profile. Throws UsageError if the profile says nothing about that type.
Arithmetic arithmetic_for(DType dtype, const Profile& profile);

/// The default: products and sums in the storage type, or in a wider one.
Arithmetic ieee(DType dtype);

}  // namespace cnnspec::checks

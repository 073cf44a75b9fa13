// Arithmetic: the floating-point formats that a kernel stores and adds up in, and what it therefore may round. A
// profile is what a kernel claims about itself; what it claims by default depends on the storage type.
#pragma once

#include <span>
#include <string_view>

#include "checks/vocabulary/dtype.hpp"

namespace cnnspec::checks {

struct Arithmetic {
  DType dtype{};
  Format storage, accumulator;
  int factor_digits = 0;  // the factors of a product may first be rounded to that many digits; at most storage.digits
  bool flushes = false;   // operands and results below the least normal number may count as 0

  bool rounds_factors() const { return factor_digits < storage.digits; }
  /// What is added up may first be rounded to the accumulator.
  bool rounds_summands() const { return accumulator.digits < storage.digits; }
  /// The factors' format: as many exponents as storage type and accumulator both have.
  Format factor() const;
  /// What is too large for the storage type is stored as its largest number.
  bool saturates() const { return row_of(dtype).saturates; }
  /// A result is rounded once more when it is stored.
  bool rounds_output() const { return storage.digits < accumulator.digits; }
};

struct Profile {
  const char* name;
  const char* description;
  bool (*applies)(DType);
  Arithmetic (*arithmetic)(DType);
};

/// ieee, f32-acc, tf32, bf16, f16-acc, bf16-acc: of one storage type, the strictest first; but `ieee` on 16 bits is the
/// weakest, the same as sums in the storage type.
std::span<const Profile> profiles();
/// Null if there is none of that name.
const Profile* find_profile(std::string_view name);

/// What a kernel claims if nothing else is said: f32 and f64 `ieee`; 16 bits are stored, and the sums taken in f32,
/// `f32-acc`, because that is what everybody means by them, and because sums of 8 or 11 digits prove little.
const Profile& default_profile(DType dtype);
/// `claimed`, or the default one where that is null.
const Profile& profile_for(DType dtype, const Profile* claimed);

/// That of a storage type under a profile; null: the default one. Throws UsageError if the profile says nothing about
/// that type.
Arithmetic arithmetic_for(DType dtype, const Profile* claimed);

/// Products and sums in the storage type, or in a wider one.
Arithmetic ieee(DType dtype);

}  // namespace cnnspec::checks

// Arithmetic: the floating-point formats in which a kernel stores and adds, and so the roundings that it may make. A
// profile is a claim of a kernel about its arithmetic. The default claim depends on the storage type.
#pragma once

#include <span>
#include <string_view>

#include "checks/vocabulary/dtype.hpp"

namespace cnnspec::checks {

struct Arithmetic {
  DType dtype{};
  Format storage, accumulator;
  int factor_digits = 0;  // the factors of a product may first be rounded to this many digits; at most storage.digits
  bool flushes = false;   // operands and results below the least normal number may count as 0

  bool rounds_factors() const { return factor_digits < storage.digits; }
  /// A summand may first be rounded to the accumulator.
  bool rounds_summands() const { return accumulator.digits < storage.digits; }
  /// The format of the factors: it has the exponents that storage type and accumulator have in common.
  Format factor() const;
  /// A result that is too large for the storage type is stored as its largest number.
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

/// ieee, f32-acc, tf32, bf16, f16-acc, bf16-acc. The profiles of a storage type are listed strictest first. Exception:
/// with 16 bits `ieee` is the weakest, and means sums in the storage type.
std::span<const Profile> profiles();
/// Null if there is no profile of that name.
const Profile* find_profile(std::string_view name);

/// The default claim of a kernel. f32 and f64: `ieee`. 16 bits: `f32-acc`, that is, stored in 16 bits and summed in
/// f32. This is the common meaning of these types, and sums of 8 or 11 digits prove little.
const Profile& default_profile(DType dtype);
/// `claimed`, or the default profile if it is null.
const Profile& profile_for(DType dtype, const Profile* claimed);

/// The arithmetic of a storage type under a profile; null: the default profile. Throws UsageError if the profile does
/// not define that type.
Arithmetic arithmetic_for(DType dtype, const Profile* claimed);

/// Products and sums in the storage type, or in a wider one.
Arithmetic ieee(DType dtype);

}  // namespace cnnspec::checks

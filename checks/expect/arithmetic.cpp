#include "checks/expect/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

bool is_narrow(DType dtype) { return format_of(dtype).digits < binary32.digits; }

Arithmetic accumulating(DType dtype, const Format& accumulator, int factor_digits) {
  const Format storage = format_of(dtype);
  return {dtype, storage, accumulator, std::min(factor_digits, storage.digits), false};
}

constexpr std::array<Profile, 6> all_profiles{{
    {"ieee", "products and sums in the storage type, or in a wider one", [](DType) { return true; }, ieee},
    {"f32-acc", "storage of 16 or 8 bits, products and sums in f32, one rounding at the end", is_narrow,
     [](DType dtype) { return accumulating(dtype, binary32, 24); }},
    {"tf32", "f32 whose factors are rounded to the 11 bits of TF32, sums in f32",
     [](DType dtype) { return dtype == DType::f32; }, [](DType dtype) { return accumulating(dtype, binary32, 11); }},
    {"bf16", "f32 whose factors are rounded to the 8 bits of bfloat16, sums in f32",
     [](DType dtype) { return dtype == DType::f32; }, [](DType dtype) { return accumulating(dtype, binary32, 8); }},
    {"f16-acc", "f32 or f16 storage, products and sums in f16",
     [](DType dtype) { return dtype == DType::f32 || dtype == DType::f16; },
     [](DType dtype) { return accumulating(dtype, binary16, 11); }},
    {"bf16-acc", "f32 or bf16 storage, products and sums in bfloat16",
     [](DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; },
     [](DType dtype) { return accumulating(dtype, bfloat16, 8); }},
}};

}  // namespace

Format Arithmetic::factor() const {
  const auto least_normal_exponent = [](const Format& f) { return f.least_exponent + f.digits - 1; };
  const int least_normal = std::max(least_normal_exponent(storage), least_normal_exponent(accumulator));
  return {factor_digits, least_normal - (factor_digits - 1),
          std::min(storage.largest_exponent, accumulator.largest_exponent)};
}

Arithmetic ieee(DType dtype) { return accumulating(dtype, format_of(dtype), format_of(dtype).digits); }

const Profile& default_profile(DType dtype) { return *find_profile(is_narrow(dtype) ? "f32-acc" : "ieee"); }

const Profile& profile_for(DType dtype, const Profile* claimed) {
  return claimed == nullptr ? default_profile(dtype) : *claimed;
}

Arithmetic arithmetic_for(DType dtype, const Profile* claimed) {
  const Profile& profile = profile_for(dtype, claimed);
  if (profile.applies(dtype)) return profile.arithmetic(dtype);
  std::vector<std::string> names;
  for (const Profile& p : profiles())
    if (p.applies(dtype)) names.push_back(p.name);
  throw UsageError("--profile", "", std::string("a profile of ") + name_of(dtype) + ": " + joined(names, ", "),
                   profile.name);
}

std::span<const Profile> profiles() { return all_profiles; }

const Profile* find_profile(std::string_view name) {
  const auto found =
      std::find_if(all_profiles.begin(), all_profiles.end(), [&](const Profile& p) { return p.name == name; });
  return found == all_profiles.end() ? nullptr : &*found;
}

}  // namespace cnnspec::checks

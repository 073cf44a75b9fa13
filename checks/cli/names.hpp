// Words that users give as options and that name one of several values.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

inline constexpr const char* profile_help =
    "what the kernel claims: ieee (default of f32 and f64), f32-acc (default of the others), tf32, bf16, f16-acc, "
    "bf16-acc";

/// Null, i.e. the default profile of each storage type, if none is given.
inline const Profile* profile_named(const std::string& given) {
  if (given.empty()) return nullptr;
  std::vector<std::string> names;
  for (const Profile& p : profiles()) names.push_back(p.name);
  const Profile* const profile = find_profile(given);
  if (profile == nullptr) throw UsageError("--profile", "", one_of(names, given), in_quotes(given));
  return profile;
}

}  // namespace cnnspec::checks

// A share as a percentage for people.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace cnnspec::checks {

/// 0.1234 -> "12.3%", rounded down, so that only a complete share reads "100.0%". `share` is not negative; errors in
/// the last digits of a computed share are ignored.
inline std::string percent(double share) {
  constexpr double thousandths = 1e3, as_good_as_whole = 1e-6;
  return fmt::format("{:.1f}%", std::floor(share * thousandths + as_good_as_whole) / 10);
}

}  // namespace cnnspec::checks

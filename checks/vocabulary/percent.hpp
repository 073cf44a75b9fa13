// A share as people read it.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace cnnspec::checks {

/// 0.1234 -> "12.3%", rounded down: what is not all does not read as all. `share` is not negative; what a computation
/// is off by in its last digits does not count.
inline std::string percent(double share) {
  constexpr double thousandths = 1e3, as_good_as_whole = 1e-6;
  return fmt::format("{:.1f}%", std::floor(share * thousandths + as_good_as_whole) / 10);
}

}  // namespace cnnspec::checks

// Infinity and NaN.
#pragma once

#include <limits>

namespace cnnspec::tests {

inline constexpr double infinity = std::numeric_limits<double>::infinity(),
                        nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace cnnspec::tests

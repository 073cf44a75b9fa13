// Scalars as text, for reports: with enough digits to distinguish any two values.
#pragma once

#include <fmt/format.h>

#include <limits>
#include <string>
#include <type_traits>

#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

inline std::string text_of(Int128 value) { return fmt::format("{}", value); }

/// Built-in numbers, and types with a `str()` such as Boost's.
template <class T>
std::string text_of(const T& value) {
  if constexpr (std::is_floating_point_v<T>)
    return fmt::format("{:.{}g}", value, std::numeric_limits<T>::max_digits10);
  else if constexpr (std::is_integral_v<T>)
    return fmt::format("{}", value);
  else
    return value.str();
}

}  // namespace cnnspec::checks

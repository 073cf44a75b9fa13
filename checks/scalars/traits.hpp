// The kind of number of a scalar. (std::numeric_limits does not know the 128-bit integer under -std=c++20.)
#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
inline constexpr bool is_integer = std::numeric_limits<T>::is_integer || std::is_same_v<T, Int128>;
/// No operation of the specification rounds: integers and rationals.
template <class T>
inline constexpr bool is_exact = std::numeric_limits<T>::is_exact || std::is_same_v<T, Int128>;

template <class T>
constexpr T absolute(const T& v) {
  return v < T(0) ? T(0) - v : v;
}

/// For reports: "integer", "rational", "float", "double", or e.g. "float50" for 50 decimal digits.
template <class T>
std::string name_of_scalar() {
  if constexpr (is_integer<T>)
    return "integer";
  else if constexpr (is_exact<T>)
    return "rational";
  else if constexpr (std::is_same_v<T, float>)
    return "float";
  else if constexpr (std::is_same_v<T, double>)
    return "double";
  else
    return "float" + std::to_string(std::numeric_limits<T>::digits10);
}

}  // namespace cnnspec::checks

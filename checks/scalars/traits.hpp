// What kind of number a scalar is. (std::numeric_limits does not know the 128-bit integer under -std=c++20.)
#pragma once

#include <limits>
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

}  // namespace cnnspec::checks

// Lanes: N numbers in one scalar. One run of the specification's loops evaluates N points, and the loop's own work
// (indices, bounds, allocation) is done once for all of them.
//
// There is one control flow, so every comparison must have the same result in all lanes. If not, the result is that of
// the first lane, and `lanes_diverged` is set: then the results of the other lanes are invalid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cnnspec::checks {

/// Set by a comparison on which the lanes disagree; its readers clear it.
inline thread_local bool lanes_diverged = false;

template <class T, std::size_t N>
struct Lanes {
  std::array<T, N> lane{};

  constexpr Lanes() = default;
  constexpr Lanes(int v) { lane.fill(T(v)); }
  constexpr explicit Lanes(const T& v) { lane.fill(v); }
  constexpr explicit Lanes(std::int64_t v) requires(!std::is_same_v<T, std::int64_t>) { lane.fill(T(v)); }

  constexpr Lanes& operator+=(const Lanes& o) {
    for (std::size_t n = 0; n < N; ++n) lane[n] += o.lane[n];
    return *this;
  }
  friend constexpr Lanes operator+(Lanes a, const Lanes& b) { return a += b; }
  friend constexpr Lanes operator*(const Lanes& a, const Lanes& b) {
    Lanes product;
    for (std::size_t n = 0; n < N; ++n) product.lane[n] = a.lane[n] * b.lane[n];
    return product;
  }
  friend constexpr Lanes operator/(const Lanes& a, const Lanes& b) {
    Lanes quotient;
    for (std::size_t n = 0; n < N; ++n) quotient.lane[n] = a.lane[n] / b.lane[n];
    return quotient;
  }

  friend bool operator<(const Lanes& a, const Lanes& b) {
    return unanimous(a, b, [](const T& x, const T& y) { return x < y; });
  }
  friend bool operator<=(const Lanes& a, const Lanes& b) {
    return unanimous(a, b, [](const T& x, const T& y) { return x <= y; });
  }
  friend bool operator==(const Lanes& a, const Lanes& b) {
    return unanimous(a, b, [](const T& x, const T& y) { return x == y; });
  }

 private:
  template <class Compare>
  static bool unanimous(const Lanes& a, const Lanes& b, Compare compare) {
    const bool first = compare(a.lane[0], b.lane[0]);
    for (std::size_t n = 1; n < N; ++n) lanes_diverged |= compare(a.lane[n], b.lane[n]) != first;
    return first;
  }
};

}  // namespace cnnspec::checks

// Dual numbers a + b*epsilon with epsilon^2 = 0: forward-mode differentiation. The spec's forward loop, run with dual
// numbers, computes the directional derivative without the spec's backward loop and without a step. This is a second,
// independent derivative. Source: Griewank & Walther, Evaluating Derivatives (2nd ed.), section 3.1.
#pragma once

#include <cstdint>

namespace cnnspec::checks {

template <class T>
struct Dual {
  T value = T(0), derivative = T(0);

  constexpr Dual() = default;
  constexpr Dual(int v) : value(v) {}
  constexpr explicit Dual(std::int64_t v) : value(static_cast<T>(v)) {}
  constexpr Dual(const T& v, const T& d) : value(v), derivative(d) {}

  constexpr Dual& operator+=(const Dual& o) {
    value += o.value;
    derivative += o.derivative;
    return *this;
  }
  friend constexpr Dual operator+(Dual a, const Dual& b) { return a += b; }
  friend constexpr Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.derivative - b.derivative};
  }
  friend constexpr Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.value * b.derivative + a.derivative * b.value};
  }
  friend constexpr Dual operator/(const Dual& a, const Dual& b) {
    const T quotient = a.value / b.value;
    return {quotient, (a.derivative - quotient * b.derivative) / b.value};
  }
  // The value selects the branch, and the derivative is that of the selected branch.
  friend constexpr bool operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend constexpr bool operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend constexpr bool operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
};

}  // namespace cnnspec::checks

// Traced: a number and its index. The result of a function that selects shows which number it has selected.
#pragma once

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

template <class T>
struct Traced {
  T value{};
  Idx number = -1;  // -1: a constant

  constexpr Traced() = default;
  constexpr Traced(int v) : value(static_cast<T>(v)) {}
  constexpr explicit Traced(Idx v) : value(static_cast<T>(v)) {}
  constexpr Traced(const T& v, Idx n) : value(v), number(n) {}

  // A computed value is none of the numbered ones.
  constexpr Traced& operator+=(const Traced& o) {
    value += o.value, number = -1;
    return *this;
  }
  friend constexpr Traced operator/(const Traced& a, const Traced& b) { return {a.value / b.value, -1}; }

  friend bool operator<(const Traced& a, const Traced& b) { return a.value < b.value; }
  friend bool operator<=(const Traced& a, const Traced& b) { return a.value <= b.value; }
  friend bool operator==(const Traced& a, const Traced& b) { return a.value == b.value; }
};

}  // namespace cnnspec::checks

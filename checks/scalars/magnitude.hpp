// Magnitude: a scalar that bounds |value|. The spec run on the absolute values of its data yields, for every result, an
// upper bound on the absolute value of every partial sum that leads to it, whatever the signs.
//
// Sums and products of non-negative doubles round by a factor of at most (1 + u)^n in n operations, with u = 2^-53.
// This factor is below 2 for n < 2^52, so `2 * magnitude` is a proved bound. A magnitude that overflows is infinite,
// which no limit allows.
#pragma once

#include <cmath>
#include <cstdint>

namespace cnnspec::checks {

class Magnitude {
 public:
  constexpr Magnitude() = default;
  explicit Magnitude(double value) : value_(std::fabs(value)) {}
  constexpr explicit Magnitude(std::int64_t value) : value_(static_cast<double>(value < 0 ? -value : value)) {}
  constexpr Magnitude(int value) : value_(value < 0 ? -value : value) {}

  /// A bound with the rounding of its own computation included.
  constexpr double proved_bound() const { return value_ * (1 + 1.0 / 4096); }

  constexpr Magnitude& operator+=(const Magnitude& o) {
    value_ += o.value_;
    return *this;
  }
  friend constexpr Magnitude operator+(Magnitude a, const Magnitude& b) { return a += b; }
  friend constexpr Magnitude operator*(Magnitude a, const Magnitude& b) {
    a.value_ *= b.value_;
    return a;
  }
  /// `d`: the divisor itself, not a bound.
  friend constexpr Magnitude operator/(Magnitude a, const Magnitude& d) {
    a.value_ /= d.value_;
    return a;
  }
  // ReLU keeps every magnitude and max keeps the largest: neither increases |value|.
  friend constexpr bool operator<(const Magnitude& a, const Magnitude& b) { return a.value_ < b.value_; }
  friend constexpr bool operator<=(const Magnitude& a, const Magnitude& b) { return a.value_ <= b.value_; }
  friend constexpr bool operator==(const Magnitude& a, const Magnitude& b) { return a.value_ == b.value_; }

 private:
  double value_ = 0;
};

}  // namespace cnnspec::checks

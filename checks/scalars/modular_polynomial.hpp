// A polynomial with coefficients >= 0. Three things are known about it: its value at one random point modulo the prime
// p = 2^61 - 1, a bound on its degree, and a bound on the sum of its coefficients.
//
// Two polynomials f and g of degree at most d whose sums of coefficients are below p:
//   - If f and g differ, they also differ modulo p: their coefficients are integers in [0, p), and two of them differ.
//   - If they differ modulo p, then f - g is not zero in Z/p[v0, v1, ...]. Z/p is a field. So by the lemma of Schwartz
//     and Zippel it vanishes at a uniformly random point with probability at most d/p.
// So equal values at one random point mean equal polynomials, and equal functions in every ring, with an error of
// probability at most d/p. (This is not true modulo 2^64, which is not a field: 2^63*v*(v+1) vanishes everywhere.)
//
// Like FormalPolynomial, it can only be copied, added and multiplied: code that compiles for it computes a polynomial.
#pragma once

#include <cstdint>
#include <limits>

namespace cnnspec::checks {

class ModularPolynomial {
 public:
  static constexpr std::uint64_t prime = (std::uint64_t{1} << 61) - 1;

  constexpr ModularPolynomial() = default;  // zero
  /// A negative constant has no bound on the sum of its coefficients.
  constexpr explicit ModularPolynomial(int constant)
      : value_(constant >= 0 ? static_cast<std::uint64_t>(constant)
                             : prime - static_cast<std::uint64_t>(-static_cast<std::int64_t>(constant))),
        sum_(constant >= 0 ? static_cast<std::uint64_t>(constant) : most) {}
  /// A variable, whose value at the point is `value` < p.
  static constexpr ModularPolynomial variable(std::uint64_t value) {
    ModularPolynomial v;
    v.value_ = value, v.sum_ = 1, v.degree_ = 1;
    return v;
  }

  constexpr std::uint64_t value() const { return value_; }
  constexpr int degree() const { return degree_; }
  /// Whether the sum of the coefficients is known to be below p.
  constexpr bool is_bounded() const { return sum_ < prime; }

  constexpr ModularPolynomial& operator+=(const ModularPolynomial& other) {
    value_ = reduced(value_ + other.value_);
    sum_ = other.sum_ > most - sum_ ? most : sum_ + other.sum_;
    if (other.degree_ > degree_) degree_ = other.degree_;
    return *this;
  }
  friend constexpr ModularPolynomial operator+(ModularPolynomial a, const ModularPolynomial& b) { return a += b; }
  friend constexpr ModularPolynomial operator*(const ModularPolynomial& a, const ModularPolynomial& b) {
    ModularPolynomial product;
    const Wide wide = static_cast<Wide>(a.value_) * b.value_;  // 2^61 = 1 modulo p
    product.value_ = reduced((static_cast<std::uint64_t>(wide) & prime) + static_cast<std::uint64_t>(wide >> 61));
    const Wide sums = static_cast<Wide>(a.sum_) * b.sum_;
    product.sum_ = sums > most ? most : static_cast<std::uint64_t>(sums);
    product.degree_ = a.degree_ + b.degree_;
    return product;
  }

  friend constexpr bool same(const ModularPolynomial& a, const ModularPolynomial& b) {
    return a.value_ == b.value_ && a.is_bounded() && b.is_bounded();
  }

 private:
  __extension__ typedef unsigned __int128 Wide;
  static constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t reduced(std::uint64_t value) { return value >= prime ? value - prime : value; }

  std::uint64_t value_ = 0, sum_ = 0;
  int degree_ = 0;
};

}  // namespace cnnspec::checks

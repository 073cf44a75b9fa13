// A formal polynomial: an element of Z[v0, v1, ...]. A layer that is run once on variables instead of numbers returns
// its result as a formula. Two layers that return the same formula agree on every input, in every ring.
//
// If the formula is a sum of products w*x, the coefficient of w[j]*x[i] is the layer's value on the pair of basis
// tensors e_j and e_i. So one run replaces a run on every pair. It also shows what those runs would have to assume:
// that the layer is linear in each tensor.
//
// A FormalPolynomial can be copied, added and multiplied. It cannot be compared or converted to a bool or a number. So
// code that compiles for it cannot branch on its data. same(a, b) is only for judging, and so it is not an operator.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace cnnspec::checks {

/// coefficient * v_a * v_b * ...: at most four variables, one more than in any product of a census.
class Monomial {
 public:
  static constexpr int most_variables = 4, bits = 16;
  static constexpr int most_numbers = (1 << bits) - 1;

  Monomial() = default;
  Monomial(std::int64_t c, std::uint64_t variables) : coefficient(c), variables_(variables) {}
  static Monomial variable(int number) {
    if (number < 0 || number >= most_numbers) throw std::length_error("too many variables in one polynomial");
    return {1, static_cast<std::uint64_t>(number) + 1};
  }

  /// The numbers of its variables, in decreasing order.
  std::vector<int> numbers() const {
    std::vector<int> all;
    for (std::uint64_t rest = variables_; rest != 0; rest >>= bits) all.push_back(static_cast<int>(rest & mask) - 1);
    return all;
  }
  std::uint64_t variables() const { return variables_; }

  friend Monomial operator*(const Monomial& a, const Monomial& b) {
    std::uint64_t merged = a.variables_;
    for (std::uint64_t rest = b.variables_; rest != 0; rest >>= bits) merged = with(merged, rest & mask);
    return {a.coefficient * b.coefficient, merged};
  }

  std::int64_t coefficient = 0;

 private:
  static constexpr std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  /// Inserts one more variable in order: the largest is lowest.
  static std::uint64_t with(std::uint64_t variables, std::uint64_t one) {
    if (variables >> (bits * (most_variables - 1)) != 0) throw std::length_error("a product of too many variables");
    int place = 0;
    while ((variables >> place & mask) > one) place += bits;
    const std::uint64_t below = variables & ((std::uint64_t{1} << place) - 1);
    return (variables - below) << bits | one << place | below;
  }

  std::uint64_t variables_ = 0;  // the number + 1 of each variable, in 16 bits each
};

class FormalPolynomial {
 public:
  FormalPolynomial() = default;  // zero
  explicit FormalPolynomial(int constant) { add({constant, 0}); }
  static FormalPolynomial variable(int number) {
    FormalPolynomial v;
    v.add(Monomial::variable(number));
    return v;
  }

  FormalPolynomial& operator+=(const FormalPolynomial& other) {
    const std::size_t rest = other.more_.size();  // other may be *this
    const Monomial first = other.first_;
    for (std::size_t n = 0; n < rest; ++n) add(other.more_[n]);
    add(first);
    return *this;
  }
  friend FormalPolynomial operator+(FormalPolynomial a, const FormalPolynomial& b) { return a += b; }
  friend FormalPolynomial operator*(const FormalPolynomial& a, const FormalPolynomial& b) {
    FormalPolynomial product;
    a.for_each([&](const Monomial& m) { b.for_each([&](const Monomial& n) { product.add(m * n); }); });
    return product;
  }

  /// Each product of variables once, in a fixed order, without those of coefficient 0.
  std::vector<Monomial> monomials() const {
    std::vector<Monomial> all, merged;
    for_each([&](const Monomial& m) { all.push_back(m); });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.variables() < b.variables(); });
    for (const Monomial& m : all) {
      if (!merged.empty() && merged.back().variables() != m.variables() && merged.back().coefficient == 0)
        merged.pop_back();
      if (merged.empty() || merged.back().variables() != m.variables())
        merged.push_back(m);
      else
        merged.back().coefficient += m.coefficient;
    }
    if (!merged.empty() && merged.back().coefficient == 0) merged.pop_back();
    return merged;
  }

  friend bool same(const FormalPolynomial& a, const FormalPolynomial& b) {
    const auto equal = [](const Monomial& m, const Monomial& n) {
      return m.coefficient == n.coefficient && m.variables() == n.variables();
    };
    if (a.more_.empty() && b.more_.empty())
      return equal(a.first_, b.first_) || (a.first_.coefficient == 0 && b.first_.coefficient == 0);
    const std::vector<Monomial> left = a.monomials(), right = b.monomials();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), equal);
  }

 private:
  template <class Visit>
  void for_each(Visit visit) const {
    if (first_.coefficient != 0) visit(first_);
    for (const Monomial& m : more_) visit(m);
  }
  void add(const Monomial& m) {
    if (m.coefficient == 0) return;
    if (first_.coefficient == 0 && more_.empty())
      first_ = m;
    else
      more_.push_back(m);
  }

  // In the order in which they were added; a product of variables may occur several times. Most polynomials have only
  // first_.
  Monomial first_;
  std::vector<Monomial> more_;
};

}  // namespace cnnspec::checks

// The inputs of a layer in a census: tensors of variables, as formulas or at a random point.
#pragma once

#include <string>
#include <vector>

#include "checks/scalars/formal_polynomial.hpp"
#include "checks/scalars/modular_polynomial.hpp"
#include "checks/vocabulary/stream.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

/// A uniformly random number in [0, p).
inline std::uint64_t draw_residue(Stream& stream) {
  for (;;)
    if (const std::uint64_t value = stream.bits() >> 3; value < ModularPolynomial::prime) return value;
}

/// The highest degree of the polynomials in the equations of bilinear.hpp: <dy, y(x,w)>.
inline constexpr int most_degree = 3;

/// A source of variables, all different. T: FormalPolynomial or ModularPolynomial.
template <class T>
class Variables;

template <>
class Variables<FormalPolynomial> {
 public:
  explicit Variables(std::uint64_t) {}

  template <Idx... E>
  Tensor<FormalPolynomial, E...> tensor(const char* name, const Shape<E...>& shape) {
    tensors_.push_back({name, count_});
    Tensor<FormalPolynomial, E...> t(shape);
    for (Idx n = 0; n < t.size(); ++n) t[n] = FormalPolynomial::variable(count_++);
    return t;
  }
  bool equal(const FormalPolynomial& a, const FormalPolynomial& b) const { return same(a, b); }
  /// For example "2*w[3]*x[0] + dy[1]"; long formulas are cut.
  std::string text(const FormalPolynomial& polynomial) const;

 private:
  struct Named {
    std::string name;
    int first;
  };
  std::string name(int number) const;

  std::vector<Named> tensors_;
  int count_ = 0;
};

template <>
class Variables<ModularPolynomial> {
 public:
  explicit Variables(std::uint64_t seed) : stream_(seed) {}

  template <Idx... E>
  Tensor<ModularPolynomial, E...> tensor(const char*, const Shape<E...>& shape) {
    Tensor<ModularPolynomial, E...> t(shape);
    for (Idx n = 0; n < t.size(); ++n) t[n] = ModularPolynomial::variable(draw_residue(stream_));
    return t;
  }
  /// Also false for polynomials that are not known to have degree 3 or less.
  bool equal(const ModularPolynomial& a, const ModularPolynomial& b) const {
    return same(a, b) && a.degree() <= most_degree && b.degree() <= most_degree;
  }
  /// For example "1234 (mod 2^61 - 1)".
  std::string text(const ModularPolynomial& polynomial) const;

 private:
  Stream stream_;
};

}  // namespace cnnspec::checks

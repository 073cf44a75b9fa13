#include "checks/census/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cnnspec::checks {

std::string Variables<FormalPolynomial>::name(int number) const {
  const auto after = std::find_if(tensors_.begin(), tensors_.end(), [&](const Named& t) { return t.first > number; });
  return fmt::format("{}[{}]", std::prev(after)->name, number - std::prev(after)->first);
}

std::string Variables<FormalPolynomial>::text(const FormalPolynomial& polynomial) const {
  constexpr std::size_t most_shown = 6;
  const std::vector<Monomial> monomials = polynomial.monomials();
  std::string text;
  for (std::size_t n = 0; n < std::min(monomials.size(), most_shown); ++n) {
    const std::vector<int> numbers = monomials[n].numbers();
    std::string product;
    if (monomials[n].coefficient != 1 || numbers.empty()) product = std::to_string(monomials[n].coefficient);
    for (const int number : numbers) product += (product.empty() ? "" : "*") + name(number);
    text += (n == 0 ? "" : " + ") + product;
  }
  if (monomials.size() > most_shown) text += fmt::format(" + {} more", monomials.size() - most_shown);
  return text.empty() ? "0" : text;
}

std::string Variables<ModularPolynomial>::text(const ModularPolynomial& polynomial) const {
  std::string text = fmt::format("{} (mod 2^61 - 1)", polynomial.value());
  if (!polynomial.is_bounded()) text += " with coefficients that may be as large as 2^61";
  if (polynomial.degree() > most_degree) text += fmt::format(" of degree {}", polynomial.degree());
  return text;
}

}  // namespace cnnspec::checks

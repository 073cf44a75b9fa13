// Term: a scalar that records how it was computed. Two Terms are equal only if both results have the same roundings: a
// sum in another order, or one that does not start from zero, is another Term.
//
// The two operands of each + and * are stored in a fixed order, since both operations commute in floating point too.
// Comparisons use the number that the Term represents.
#pragma once

#include <algorithm>
#include <string>

#include "checks/laws/tensors.hpp"

namespace cnnspec::checks {

class Term {
 public:
  Term() : Term(0) {}
  Term(int value) : value_(value), text_(std::to_string(value)) {}
  /// A named element of the data, such as "x5".
  Term(int value, const std::string& name) : value_(value), text_(name) {}

  const std::string& str() const { return text_; }

  friend Term operator+(const Term& a, const Term& b) { return {a.value_ + b.value_, joined(a, " + ", b)}; }
  friend Term operator-(const Term& a, const Term& b) {
    return {a.value_ - b.value_, "(" + a.text_ + " - " + b.text_ + ")"};
  }
  friend Term operator*(const Term& a, const Term& b) { return {a.value_ * b.value_, joined(a, "*", b)}; }
  Term& operator+=(const Term& other) { return *this = *this + other; }

  friend bool operator<(const Term& a, const Term& b) { return a.value_ < b.value_; }
  friend bool operator<=(const Term& a, const Term& b) { return a.value_ <= b.value_; }
  friend bool operator==(const Term& a, const Term& b) { return a.text_ == b.text_; }

 private:
  static std::string joined(const Term& a, const char* operation, const Term& b) {
    const auto& [first, second] = std::minmax(a.text_, b.text_);
    return "(" + first + operation + second + ")";
  }

  int value_;
  std::string text_;
};

/// Data with a name for each element: x0, x1, ...
template <Idx... E>
Tensor<Term, E...> draw_named(const Shape<E...>& shape, const std::string& name, Choices& data) {
  return tensor_of<Term>(shape,
                         [&](Idx n) { return Term(static_cast<int>(data.pick(-9, 9)), name + std::to_string(n)); });
}

}  // namespace cnnspec::checks

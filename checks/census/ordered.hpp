// Ordered: a scalar for layers that compare and do not calculate. It is a cell, which can only be compared with another
// cell; or a sum of cotangents, which can only be added to another one. Anything else does not compile or throws. So a
// layer that runs on it can tell two images apart only by how their cells are ordered.
#pragma once

#include <stdexcept>
#include <string>

#include "checks/census/weak_orders.hpp"
#include "checks/scalars/modular_polynomial.hpp"

namespace cnnspec::checks {

/// Where an image has too many cells for all of their orders: how many random images test that no window looks at cells
/// of another one.
inline constexpr int random_images = 16;

/// A cell was calculated with, or something that is no cell was compared.
struct NotOrdered : std::domain_error {
  using std::domain_error::domain_error;
};

class Ordered {
 public:
  Ordered() = default;  // zero, a sum
  explicit Ordered(int constant) : sum_(constant) {}
  static Ordered cell(int rank) {
    Ordered o;
    o.rank_ = rank, o.is_cell_ = true;
    return o;
  }
  static Ordered cotangent(const ModularPolynomial& value) {
    Ordered o;
    o.sum_ = value;
    return o;
  }

  /// As IEEE 754 has it: NaN is not equal to, below or above anything.
  friend bool operator==(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ == b.rank_; }
  friend bool operator<(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ < b.rank_; }
  friend bool operator<=(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ <= b.rank_; }
  Ordered& operator+=(const Ordered& other) {
    if (is_cell_ || other.is_cell_) throw NotOrdered("a cell of the image is added up");
    sum_ += other.sum_;
    return *this;
  }

  /// For those who judge: the same cell value, NaN too, or the same sum.
  friend bool same(const Ordered& a, const Ordered& b) {
    return a.is_cell_ == b.is_cell_ && (a.is_cell_ ? a.rank_ == b.rank_ : same(a.sum_, b.sum_));
  }
  std::string text() const {
    if (is_cell_) return rank_ == nan_rank ? "nan" : std::to_string(rank_);
    return std::to_string(sum_.value()) + " (mod 2^61 - 1)";
  }

 private:
  static bool comparable(const Ordered& a, const Ordered& b) {
    if (!a.is_cell_ || !b.is_cell_) throw NotOrdered("something is compared that is no cell of the image");
    return a.rank_ != nan_rank && b.rank_ != nan_rank;
  }

  bool is_cell_ = false;
  int rank_ = 0;
  ModularPolynomial sum_;
};

}  // namespace cnnspec::checks

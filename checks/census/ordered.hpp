// Ordered: a scalar for layers that compare and do not calculate. It is a cell, which can only be compared with another
// cell, or a sum of cotangents, which can only be added to another one. Anything else does not compile or throws. So a
// layer that runs on it can distinguish two images only by the order of their cells.
#pragma once

#include <stdexcept>
#include <string>

#include "checks/census/weak_orders.hpp"
#include "checks/scalars/modular_polynomial.hpp"

namespace cnnspec::checks {

/// For an image with too many cells for all orders: the number of random images. They test that no window reads cells
/// of another one.
inline constexpr int random_images = 16;

/// A computation used a cell, or a comparison used a sum.
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

  /// As in IEEE 754: NaN is not equal to, below or above anything.
  friend bool operator==(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ == b.rank_; }
  friend bool operator<(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ < b.rank_; }
  friend bool operator<=(const Ordered& a, const Ordered& b) { return comparable(a, b) && a.rank_ <= b.rank_; }
  Ordered& operator+=(const Ordered& other) {
    if (is_cell_ || other.is_cell_) throw NotOrdered("a cell of the image is added up");
    sum_ += other.sum_;
    return *this;
  }

  /// For judging: the same cell value, also NaN, or the same sum.
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

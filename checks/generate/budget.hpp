// Budget: the cost that a problem may still have while it is being drawn.
#pragma once

#include <algorithm>

#include "checks/generate/choices.hpp"

namespace cnnspec::checks {

/// The number of multiply-adds that the problem may still have. Every decision that multiplies the cost divides this
/// number.
class Budget {
 public:
  explicit Budget(Idx taps) : left_(taps) {}
  Idx left() const { return left_; }
  Idx spend(Idx factor) {
    left_ /= factor;
    return factor;
  }
  /// A factor in [1, most] that the budget still allows.
  Idx draw(Choices& choices, Idx most) { return spend(choices.pick(1, std::max(Idx{1}, std::min(most, left_)))); }

 private:
  Idx left_;
};

}  // namespace cnnspec::checks

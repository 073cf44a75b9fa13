// Budget: what a problem that is being drawn may still cost.
#pragma once

#include <algorithm>

#include "checks/generate/choices.hpp"

namespace cnnspec::checks {

/// How many more multiply-adds the problem may have: every decision that multiplies their number divides this.
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

// All weak orders of n things: all ways to put them in a row with ties, where any of them may instead be NaN.
//
// Code that only compares its inputs cannot distinguish two inputs with the same order. So its behaviour on one input
// for each weak order is its behaviour on all inputs.
#pragma once

#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

inline constexpr int nan_rank = -1;

/// Calls visit(ranks) for every order. ranks[i] is the rank of thing i, from 0 up without gaps, or nan_rank. n <= 20.
/// Stops when `visit` returns false.
template <class Visit>
class WeakOrders {
 public:
  WeakOrders(int n, Visit visit) : ranks_(static_cast<std::size_t>(n), nan_rank), visit_(visit) {}

  bool run() {
    const unsigned all = (1u << ranks_.size()) - 1;
    for (unsigned nans = 0; nans <= all; ++nans) {
      give(nans, nan_rank);
      if (!rank_rest(all & ~nans, 0)) return false;
    }
    return true;
  }

 private:
  void give(unsigned things, int rank) {
    for (std::size_t i = 0; i < ranks_.size(); ++i)
      if (things >> i & 1) ranks_[i] = rank;
  }
  /// Chooses the lowest of the remaining things: every nonempty subset.
  bool rank_rest(unsigned rest, int rank) {
    if (rest == 0) return visit_(static_cast<const std::vector<int>&>(ranks_));
    for (unsigned lowest = rest; lowest != 0; lowest = (lowest - 1) & rest) {
      give(lowest, rank);
      if (!rank_rest(rest & ~lowest, rank + 1)) return false;
    }
    return true;
  }

  std::vector<int> ranks_;
  Visit visit_;
};

template <class Visit>
bool for_each_weak_order(int n, Visit visit) {
  return WeakOrders<Visit>(n, visit).run();
}

/// The number of orders: 2, 6, 26, 150, 1082, 9366, 94586, 1091670, 14174522 for n = 1 to 9. Twice the Fubini numbers:
/// either no thing is NaN, or NaN is one more place in the row.
inline Idx count_weak_orders(int n) {
  std::vector<Idx> fubini{1};  // of n: choose the lowest k things, and order the rest
  for (int m = 1; m <= n; ++m) {
    Idx sum = 0, choices = 1;
    for (int k = 1; k <= m; ++k) {
      choices = choices * (m - k + 1) / k;
      sum += choices * fubini[static_cast<std::size_t>(m - k)];
    }
    fubini.push_back(sum);
  }
  return n == 0 ? 1 : 2 * fubini.back();
}

}  // namespace cnnspec::checks

// Data for tensors in exact checks: small integers, which every scalar holds exactly.
#pragma once

#include <utility>

#include "checks/generate/choices.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

/// Any integers in [lo, hi].
template <class T, Idx... E>
void fill_integers(Tensor<T, E...>& x, Choices& choices, int lo, int hi) {
  for (Idx n = 0; n < x.size(); ++n) x[n] = static_cast<T>(static_cast<int>(choices.pick(lo, hi)));
}

/// Odd integers in [-2*half - 1, 2*half + 1]. None is zero, and two different ones are at least 2 apart. So a step
/// below 1 does not cross the kink of a ReLU.
template <class T, Idx... E>
void fill_odd(Tensor<T, E...>& x, Choices& choices, int half) {
  for (Idx n = 0; n < x.size(); ++n) x[n] = static_cast<T>(2 * static_cast<int>(choices.pick(-half - 1, half)) + 1);
}

/// Odd integers, all different, in random order: no ties in any window. About half are negative.
template <class T, Idx... E>
void fill_distinct(Tensor<T, E...>& x, Choices& choices) {
  for (Idx n = 0; n < x.size(); ++n) {
    const Idx other = choices.pick(0, n);  // a shuffle: each value goes to a random earlier place
    x[n] = x[other];
    x[other] = static_cast<T>(static_cast<int>(2 * (n - x.size() / 2) + 1));
  }
}

/// Only `levels` different values from 0 up, so that most windows have ties.
template <class T, Idx... E>
void fill_tied(Tensor<T, E...>& x, Choices& choices, int levels = 2) {
  fill_integers(x, choices, 0, levels - 1);
}

}  // namespace cnnspec::checks

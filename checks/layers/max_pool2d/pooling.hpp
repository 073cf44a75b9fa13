// Max pooling, computed in other ways than the specification.
#pragma once

#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {

/// The spec's rule: the last NaN, or else the first of the greatest cells.
Idx greatest(const std::vector<Real>& cells, const Call&);
enum class Ties { to_winner, to_all, shared };

/// A pooling that may differ from the specification's in each of these members.
struct Pooling {
  Walk walk{};
  /// The number of the winner among the cells of a window; -1: no cell wins, and there is no gradient.
  std::function<Idx(const std::vector<Real>& cells, const Call&)> winner = greatest;
  std::function<Real(const Call&)> y_of_none = [](const Call&) {
    return Real(-std::numeric_limits<long double>::infinity());
  };
  /// The place, row*W + column, that receives the gradient of a winner.
  std::function<Idx(Idx place, const Line& height, const Line& width)> lands = [](Idx place, const Line&, const Line&) {
    return place;
  };
  Ties ties = Ties::to_winner;
  void (*collect)(Real& dx, const Real& dy) = [](Real& dx, const Real& dy) { dx += dy; };
};
std::vector<Real> pool(const Call& call, const Pooling& pooling);
Compute pooled(const Pooling& pooling);

}  // namespace cnnspec::checks

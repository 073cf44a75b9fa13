// The step sweep: how wrong a finite difference is for each step, in ordinary, long and exact arithmetic. It proves
// nothing; it is the picture of why the gradient check is exact.
//
// The point moves along one direction through all tensors at once, as a gradient check that is quick would do it. A
// network of several layers is a polynomial there, on each piece, and (f(t+h) - f(t-h)) / 2h is wrong by a multiple of
// h^2 (truncation) and one of u/h (rounding): long steps and short ones are both bad, and the best is no better than
// about u^(2/3). An exact scalar that moves one tensor at a time has neither: there the network is affine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cnnspec/network.hpp"

namespace cnnspec::checks {

struct SweepPoint {
  double step = 0;
  double error = 0;  // |finite difference - backward| / |backward|; absolute where backward is zero
};

struct SweepCurve {
  std::string scalar;        // "float", "double", "float50", "float100", "exact"
  double unit_roundoff = 0;  // 0 for exact
  std::vector<SweepPoint> points;
};

struct StepSweep {
  std::string description;
  std::vector<SweepCurve> curves;
};

/// At a random point and along a random direction, which the seed gives. Backward is that of rational arithmetic, to
/// 100 digits. Throws ShapeError if the network does not fit together. `progress` is told the curve, and how many
/// of its points are done.
StepSweep sweep_steps(const NetworkDefinition& net, std::uint64_t seed,
                      const std::function<void(const std::string& curve, Idx done)>& progress = {});

}  // namespace cnnspec::checks

// The step sweep: the error of a finite difference for each step, in ordinary, long and exact arithmetic. It proves
// nothing; it illustrates why the gradient check is exact.
//
// The point moves along one direction in all tensors at once, as in a quick gradient check. On each piece, a network of
// several layers is a polynomial along this direction. (f(t+h) - f(t-h)) / 2h then has an error of a multiple of h^2
// (truncation) plus a multiple of u/h (rounding). So both long and short steps are bad, and the best error is about
// u^(2/3). An exact scalar that moves one tensor at a time has neither error, because the network is affine there.
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

/// At a random point and along a random direction, both from the seed. Backward is computed in rational arithmetic, to
/// 100 digits. Throws ShapeError if the layers do not fit together. `progress` gets the curve, and the number of its
/// finished points.
StepSweep sweep_steps(const NetworkDefinition& net, std::uint64_t seed,
                      const std::function<void(const std::string& curve, Idx done)>& progress = {});

}  // namespace cnnspec::checks

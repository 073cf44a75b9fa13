// check_network: the gradient check of a run-time network, with the cheapest scalar that is proved to suffice.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/gradient/network_bounds.hpp"

namespace cnnspec::checks {

enum class GradientScalar {
  exact,     // integers: the fewest bits in which every partial sum provably fits (24, 53, 64, 128), else unlimited
  rational,  // also exact, but slower
  float100,
  float50,
  double_precision,
  single_precision
};

/// Throws ShapeError if the layers do not fit together, and UsageError if the network is so deep that its numbers have
/// no bound.
GradientReport check_network(const NetworkDefinition& net, const std::string& target, GradientScalar scalar,
                             const GradientOptions& options);

/// The same with a given scalar type: Whole<float>, Whole<double>, long (64 bits), Int128, BigInt, Rational, Float50,
/// Float100, double, float. Tensor t moves in steps of 1/data.scales[t].
template <class T>
GradientReport check_network_with(const NetworkDefinition& net, const std::string& target, const std::string& scalar,
                                  const NetworkData& data, const GradientOptions& options);

}  // namespace cnnspec::checks

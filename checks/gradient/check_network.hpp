// check_network: the gradient check of a run-time network, with the cheapest scalar that is proved to do.
#pragma once

#include "checks/gradient/finite_difference.hpp"
#include "checks/gradient/network_bounds.hpp"

namespace cnnspec::checks {

enum class GradientScalar {
  exact,     // integers: 64 bits where every partial sum provably fits, else 128, else unlimited
  rational,  // exact too, and slower
  float100,
  float50,
  double_precision,
  single_precision
};

/// Throws ShapeError if the network does not fit together, UsageError if it is so deep that nothing bounds its numbers.
GradientReport check_network(const NetworkDefinition& net, const std::string& target, GradientScalar scalar,
                             const GradientOptions& options);

/// The same with a given scalar type: long (64 bits), Int128, BigInt, Rational, Float50, Float100, double, float.
/// scales[t] is how finely tensor t is moved.
template <class T>
GradientReport check_network_with(const NetworkDefinition& net, const std::string& target, const std::string& scalar,
                                  const std::vector<double>& scales, const GradientOptions& options);

}  // namespace cnnspec::checks

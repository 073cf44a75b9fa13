#include "checks/gradient/check_network.hpp"

#include <algorithm>
#include <cmath>

#include "checks/networks/network_layer.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// A power of two that is more than twice `change`. So the movement of a ReLU's input, or of a difference of two cells,
/// stays below it. 1 if there is no such movement.
double scale_for(double change) { return change == 0 ? 1 : std::exp2(std::floor(std::log2(change)) + 2); }

/// An upper bound on all numbers in the check of any tensor: f(t +- h), their difference, and the numbers that they are
/// compared with.
double largest_number(const NetworkDefinition& net, const NetworkBounds& bounds, const std::vector<double>& scales,
                      Mode mode) {
  const std::vector<NetworkTensor> tensors = tensors_of(net);
  const bool contracted = mode == Mode::directional;
  const double outputs =
      contracted ? largest_cotangent * static_cast<double>(count_of(describe(net).back().output)) : 1;
  double most = 0;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const double entries = contracted ? static_cast<double>(count_of(tensors[t].extents)) : 1;
    const double moved = scales[t] * bounds.activation + bounds.change[t].anywhere;
    most = std::max({most, 2 * outputs * moved + 2 * entries * bounds.gradient});
  }
  return most;
}

/// Whether a layer divides: then whole numbers may become fractions.
bool divides(const NetworkDefinition& net) {
  return std::ranges::any_of(net.layers, [](const LayerDefinition& layer) {
    return std::ranges::any_of(layer_of(layer.what).passes, [](const Pass& p) { return p.formulations != nullptr; });
  });
}

}  // namespace

GradientReport check_network(const NetworkDefinition& net, const std::string& target, GradientScalar scalar,
                             const GradientOptions& options) {
  const std::vector<NetworkTensor> tensors = tensors_of(net);
  const DataRange range;
  const auto size = [&](std::size_t t, Idx) { return static_cast<double>(range.of(tensors[t])); };
  const NetworkBounds bounds = bound_network(net, size, largest_cotangent, options.mode == Mode::full);
  std::vector<double> scales;
  for (const Displacement& change : bounds.change) scales.push_back(scale_for(change.at_branches));
  if (!std::all_of(scales.begin(), scales.end(), [](double s) { return std::isfinite(s); }))
    throw UsageError(target, "", "a network whose numbers can be bounded by a double", "a deeper one");

  switch (scalar) {
    case GradientScalar::exact: {
      if (divides(net)) return check_network_with<Rational>(net, target, "rational", scales, options);
      const double largest = largest_number(net, bounds, scales, options.mode);
      if (largest < std::exp2(63)) return check_network_with<std::int64_t>(net, target, "int64", scales, options);
      if (largest < std::exp2(127)) return check_network_with<Int128>(net, target, "int128", scales, options);
      return check_network_with<BigInt>(net, target, "integer", scales, options);
    }
    case GradientScalar::rational:
      return check_network_with<Rational>(net, target, "rational", scales, options);
    case GradientScalar::float100:
      return check_network_with<Float100>(net, target, "float100", scales, options);
    case GradientScalar::float50:
      return check_network_with<Float50>(net, target, "float50", scales, options);
    case GradientScalar::double_precision:
      return check_network_with<double>(net, target, "double", scales, options);
    case GradientScalar::single_precision:
      break;
  }
  return check_network_with<float>(net, target, "float", scales, options);
}

}  // namespace cnnspec::checks

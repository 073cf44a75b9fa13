#include "checks/gradient/check_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/networks/network_layer.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/scalars/whole.hpp"
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

/// All whole numbers up to this size are numbers of the type.
template <class F>
const double largest_in = std::exp2(std::numeric_limits<F>::digits);

/// Data with two bits less than usual.
constexpr DataRange small_range{.input = DataRange{}.input / 4, .bias = DataRange{}.bias / 4};

/// What a check is made of, and a bound on its numbers.
struct Plan {
  NetworkData data;
  double largest;
};
Plan plan_of(const NetworkDefinition& net, const std::string& target, Mode mode, const DataRange& range) {
  const std::vector<NetworkTensor> tensors = tensors_of(net);
  const auto size = [&](std::size_t t, Idx) { return static_cast<double>(range.of(tensors[t])); };
  const NetworkBounds bounds = bound_network(net, size, largest_cotangent, mode == Mode::full);
  std::vector<double> scales;
  for (const Displacement& change : bounds.change) scales.push_back(scale_for(change.at_branches));
  if (!std::ranges::all_of(scales, [](double s) { return std::isfinite(s); }))
    throw UsageError(target, "", "a network whose numbers can be bounded by a double", "a deeper one");
  const double largest = largest_number(net, bounds, scales, mode);
  return {{range, std::move(scales)}, largest};
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
  Plan plan = plan_of(net, target, options.mode, {});
  switch (scalar) {
    case GradientScalar::exact: {
      if (divides(net)) return check_network_with<Rational>(net, target, "rational", plan.data, options);
      if (plan.largest > largest_in<double>) {  // smaller data may be checked much faster
        const Plan small = plan_of(net, target, options.mode, small_range);
        if (small.largest <= largest_in<double>) plan = small;
      }
      if (plan.largest <= largest_in<float>)
        return check_network_with<Whole<float>>(net, target, "int24", plan.data, options);
      if (plan.largest <= largest_in<double>)
        return check_network_with<Whole<double>>(net, target, "int53", plan.data, options);
      if (plan.largest < std::exp2(63))
        return check_network_with<std::int64_t>(net, target, "int64", plan.data, options);
      if (plan.largest < std::exp2(127)) return check_network_with<Int128>(net, target, "int128", plan.data, options);
      return check_network_with<BigInt>(net, target, "integer", plan.data, options);
    }
    case GradientScalar::rational:
      return check_network_with<Rational>(net, target, "rational", plan.data, options);
    case GradientScalar::float100:
      return check_network_with<Float100>(net, target, "float100", plan.data, options);
    case GradientScalar::float50:
      return check_network_with<Float50>(net, target, "float50", plan.data, options);
    case GradientScalar::double_precision:
      return check_network_with<double>(net, target, "double", plan.data, options);
    case GradientScalar::single_precision:
      break;
  }
  return check_network_with<float>(net, target, "float", plan.data, options);
}

}  // namespace cnnspec::checks

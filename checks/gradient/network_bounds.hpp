// Bounds on the numbers of a network, proved by running the specification itself with scalars/magnitude.hpp.
#pragma once

#include <functional>

#include "cnnspec/network.hpp"

namespace cnnspec::checks {

/// A network's tensors in a fixed order: the input, then every layer's parameters.
struct NetworkTensor {
  std::string name;  // "x", "conv1.kernel"
  std::vector<Idx> extents;
  std::size_t layer = 0, parameter = 0;  // of a parameter
  bool is_input = false, is_bias = false;
};
std::vector<NetworkTensor> tensors_of(const NetworkDefinition& net);

/// The largest absolute value of a check's data, for each kind of tensor.
struct DataRange {
  Idx input = 1023, weight = 3, bias = 1023;
  Idx of(const NetworkTensor& t) const { return t.is_input ? input : t.is_bias ? bias : weight; }
};

/// How the data of a check is drawn.
struct NetworkData {
  DataRange range{};
  std::vector<double> scales{};  // of each tensor: see network_subject.hpp
};

/// The largest displacement of numbers after something before them has moved.
struct Displacement {
  double anywhere = 0;     // any partial sum
  double at_branches = 0;  // any input of a ReLU or a pooling window
};

/// Proved bounds for every point within a DataRange, and every cotangent of at most `cotangent`.
struct NetworkBounds {
  double activation = 0;  // any partial sum of the forward pass
  double gradient = 0;    // any partial sum of the backward pass
  double roundings = 0;   // the largest number of roundings of a term of the output, or of a gradient
  /// For each tensor, the largest displacement when its entries move by at most 1.
  std::vector<Displacement> change;
};

/// `size(t, n)`: a bound on the absolute value of element n of tensor t.
using SizeOf = std::function<double(std::size_t t, Idx n)>;
/// `one_at_a_time`: `change` is for one entry of a tensor, otherwise for all of its entries together.
NetworkBounds bound_network(const NetworkDefinition& net, const SizeOf& size, double cotangent, bool one_at_a_time);

}  // namespace cnnspec::checks

// What a layer is to the chain and the network: an object with
//   kind, input_rank     "conv2d", ...; the number of axes it takes (any_rank: no matter)
//   out_shape(shape)     the shape of y; throws ShapeError, or does not compile
//   forward(x)           y
//   backward(x, dy)      the vector-Jacobian product: dx, and one cotangent for each parameter tensor
//   parameters()         a tuple of references to the parameter tensors; parameter_names in the same order
//   hyper_parameters()   strides, paddings, ... by name
#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec {

inline constexpr int any_rank = -1;
template <class Layer, class X>
inline constexpr bool takes = Layer::input_rank == any_rank || Layer::input_rank == X::rank;

/// What backward returns: the input's cotangent and a tuple of the parameters' cotangents.
template <class DX, class... DP>
struct LayerGradients {
  DX dx;
  std::tuple<DP...> d_parameters;
};
template <class DX, class... DP>
LayerGradients(DX, std::tuple<DP...>) -> LayerGradients<DX, DP...>;

using HyperParameters = std::vector<std::pair<std::string, Idx>>;

/// What a layer without parameters and hyper-parameters inherits.
struct NoParameters {
  static constexpr std::array<const char*, 0> parameter_names{};
  constexpr std::tuple<> parameters() const { return {}; }
  HyperParameters hyper_parameters() const { return {}; }
};

/// One row of a model summary, for tables, diagrams and exporters.
struct LayerDescription {
  std::string kind, name;
  std::vector<Idx> input, output;  // extents, outermost first
  HyperParameters hyper_parameters;
  Idx parameters = 0;  // scalars that can be trained
};

template <class S>
std::vector<Idx> extents_of(const S& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

template <class Layer, class X>
LayerDescription describe_layer(const std::string& name, const Layer& layer, const X& x) {
  const Idx parameters = std::apply([](const auto&... p) { return (Idx{0} + ... + p.size()); }, layer.parameters());
  return {Layer::kind, name, extents_of(x), extents_of(layer.out_shape(x)), layer.hyper_parameters(), parameters};
}

/// The hyper-parameters of a window that moves along both axes.
template <class Config>
HyperParameters describe_window(Idx kernel_height, Idx kernel_width, const Config& g) {
  return {{"kernel_height", kernel_height},       {"kernel_width", kernel_width},
          {"stride_height", g.height.stride},     {"stride_width", g.width.stride},
          {"pad_top", g.height.before},           {"pad_left", g.width.before},
          {"pad_bottom", g.height.after},         {"pad_right", g.width.after},
          {"dilation_height", g.height.dilation}, {"dilation_width", g.width.dilation}};
}

}  // namespace cnnspec

// What a layer is to the chain and the network: an object with
//   kind, input_rank     "conv2d", ...; the number of axes it takes (any_rank: any number)
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
template <class DX, class DP>
struct LayerGradients {
  DX dx;
  DP d_parameters;
};
template <class DX, class DP>
LayerGradients(DX, DP) -> LayerGradients<DX, DP>;

using HyperParameters = std::vector<std::pair<std::string, Idx>>;

/// The hyper-parameters of a window of kernel_height x kernel_width that moves as `config` says.
HyperParameters describe_window(Idx kernel_height, Idx kernel_width, const auto& config) {
  const Axis &down = config.height, &across = config.width;
  HyperParameters window{{"kernel_height", kernel_height},   {"kernel_width", kernel_width},
                         {"stride_height", down.stride},     {"stride_width", across.stride},
                         {"pad_top", down.before},           {"pad_left", across.before},
                         {"pad_bottom", down.after},         {"pad_right", across.after},
                         {"dilation_height", down.dilation}, {"dilation_width", across.dilation}};
  if constexpr (requires { config.groups; }) window.emplace_back("groups", config.groups);
  return window;
}

/// The base of layers without parameters. By default they have no hyper-parameters either.
struct NoParameters {
  static constexpr std::array<const char*, 0> parameter_names{};
  constexpr std::tuple<> parameters() const { return {}; }
  HyperParameters hyper_parameters() const { return {}; }
  static constexpr auto gradients(auto dx) { return LayerGradients{std::move(dx), std::tuple{}}; }
};

/// One row of a model summary, for tables, diagrams and exporters.
struct LayerDescription {
  std::string kind, name;
  std::vector<Idx> input, output;  // extents, outermost first
  HyperParameters hyper_parameters;
  Idx parameters = 0;  // scalars that can be trained
};

std::vector<Idx> extents_of(const auto& shape) { return {shape.extents().begin(), shape.extents().end()}; }

/// The row of a layer on an input of shape x. Throws C3 if there are more parameters than can be counted.
LayerDescription describe_layer(const std::string& name, const auto& layer, const auto& x) {
  LayerDescription row{layer.kind, name, extents_of(x), extents_of(layer.out_shape(x)), layer.hyper_parameters()};
  const auto add = [&n = row.parameters](Idx more) {
    constexpr Idx most = std::numeric_limits<Idx>::max();
    if (!sum_fits(n, more)) refuse({Clause::C3, "layer", "parameters", "a count of at most", most - n, more});
    n += more;
  };
  std::apply([&](const auto&... parameter) { (add(parameter.size()), ...); }, layer.parameters());
  return row;
}

}  // namespace cnnspec

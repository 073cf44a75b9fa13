// Network: a chain whose layers are known only at run time, for tools and fuzzers. It runs the same loops, with every
// extent `dyn`. A NetworkDefinition is plain data. Describing it checks every shape, and allocates no tensor.
#pragma once

#include <variant>

#include "cnnspec/avg_pool2d.hpp"
#include "cnnspec/cnn.hpp"

namespace cnnspec {

struct Conv2dDefinition {
  Idx out_channels = 1, kernel_height = 1, kernel_width = 1;
  Conv2dConfig config{};
};
struct LinearDefinition {
  Idx out_features = 1;
};
struct LayerDefinition {
  std::string name;  // "" for the kind and a number
  std::variant<Conv2dDefinition, MaxPool2dConfig, ReluLayer, FlattenLayer, LinearDefinition, AvgPool2dConfig> what;
};
struct NetworkDefinition {
  std::vector<Idx> input;  // [C,H,W] or [N]
  std::vector<LayerDefinition> layers;
};

using ImageShape = Shape<dyn, dyn, dyn>;
using VectorShape = Shape<dyn>;
template <class T>
using AnyTensor = std::variant<Image<T>, Vector<T>>;  // what flows between layers
template <class T>
using AnyLayer = std::variant<Conv2dLayer<T, dyn, dyn, dyn, dyn, Conv2dConfig>, MaxPool2dLayer<MaxPool2dConfig>,
                              ReluLayer, FlattenLayer, LinearLayer<T, dyn, dyn>, AvgPool2dLayer<AvgPool2dConfig>>;

[[noreturn]] inline void refuse_rank(Idx expected, Idx actual, const char* of = "number of axes of its input") {
  refuse({Clause::C6, "layer", of, "exactly", expected, actual});
}

/// visit(shape) for the [C,H,W] or [N] in `extents`. Throws C1, C3, C6.
auto with_shape(const std::vector<Idx>& extents, auto visit) {
  if (extents.size() == 3) return visit(dyn_shape(extents[0], extents[1], extents[2]));
  if (extents.size() != 1) refuse_rank(3, static_cast<Idx>(extents.size()));
  return visit(dyn_shape(extents[0]));
}

/// Makes the layer of a definition, for an input of shape x. Its parameters are zero.
template <class T>
struct MakeLayer {
  auto operator()(const Conv2dDefinition& d, const ImageShape& x) const {
    require(check_conv2d(x.extents(), {d.out_channels, dyn, d.kernel_height, d.kernel_width}, d.config));
    const auto w = dyn_shape(d.out_channels, x.extent(0) / d.config.groups, d.kernel_height, d.kernel_width);
    const auto b = dyn_shape(d.out_channels);
    return Conv2dLayer<T, dyn, dyn, dyn, dyn, Conv2dConfig>{zeros<T>(w), zeros<T>(b), d.config};
  }
  auto operator()(const MaxPool2dConfig& d, const ImageShape&) const { return MaxPool2dLayer(d); }
  auto operator()(const AvgPool2dConfig& d, const ImageShape&) const { return AvgPool2dLayer(d); }
  auto operator()(const ReluLayer& d, const auto&) const { return d; }
  auto operator()(const FlattenLayer& d, const auto&) const { return d; }
  auto operator()(const LinearDefinition& d, const VectorShape& x) const {
    const auto w = dyn_shape(d.out_features, x.extent(0));
    return LinearLayer<T, dyn, dyn>{zeros<T>(w), zeros<T>(dyn_shape(d.out_features))};
  }
};

/// visit(layer, shape) with the defined layer, for an input of these extents. Throws C1, C2, C3, C4, C5, C6, C8.
template <class T>
void with_layer(const LayerDefinition& definition, const std::vector<Idx>& input, auto visit) {
  with_shape(input, [&](const auto& x) {
    std::visit([&](const auto& d) {
      if constexpr (requires(MakeLayer<T> make) { make(d, x); }) visit(MakeLayer<T>{}(d, x), x);
      else refuse_rank(4 - x.rank, x.rank);
    }, definition.what);
  });
}

/// A row for each layer. Allocates no tensor. Throws a ShapeError that names the layer which does not fit.
inline std::vector<LayerDescription> describe(const NetworkDefinition& net) {
  std::vector<LayerDescription> rows;
  with_shape(net.input, [](const auto&) {});
  for (const LayerDefinition& layer : net.layers) {
    try {
      with_layer<void>(layer, rows.empty() ? net.input : rows.back().output,
                       [&](const auto& l, const auto& x) { rows.push_back(describe_layer(layer.name, l, x)); });
    } catch (const ShapeError& e) {
      const std::string name = layer.name.empty() ? "" : " (" + layer.name + ")";
      throw e.in_layer("layer " + std::to_string(rows.size() + 1) + name);
    }
    Idx ordinal = 0;
    for (const LayerDescription& row : rows) ordinal += row.kind == rows.back().kind;
    if (layer.name.empty()) rows.back().name = rows.back().kind + std::to_string(ordinal);
  }
  return rows;
}

/// The run-time version of Cnn2Spec (with_relu) or cnn_spec. Throws what well_formed finds.
inline NetworkDefinition cnn2_definition(const Cnn2Config& k, Idx in_c, Idx in_h, Idx in_w, bool with_relu = true) {
  require(well_formed(k, in_c, in_h, in_w));
  NetworkDefinition net{{in_c, in_h, in_w}, {}};
  const auto stage = [&](const std::string& n, Idx channels, const Conv2dConfig& conv, const MaxPool2dConfig& pool) {
    net.layers.push_back({"conv" + n, Conv2dDefinition{channels, k.kernel_h, k.kernel_w, conv}});
    if (with_relu) net.layers.push_back({"relu" + n, ReluLayer{}});
    net.layers.push_back({"pool" + n, pool});
  };
  stage("1", k.c1, conv1_config(k), pool1_config(k));
  stage("2", k.c2, conv2_config(k), pool2_config(k));
  net.layers.push_back({"flatten", FlattenLayer{}});
  net.layers.push_back({"head", LinearDefinition{k.out_dim}});
  return net;
}

/// The elements of a network's parameter cotangents: [layer][parameter tensor][element, row-major].
template <class T>
using ParameterGradients = std::vector<std::vector<std::vector<T>>>;

template <class T>
class Network {
 public:
  /// All parameters zero. Throws what describe(definition) throws.
  explicit Network(const NetworkDefinition& definition) : rows_(cnnspec::describe(definition)) {
    for (std::size_t n = 0; n < rows_.size(); ++n)
      with_layer<T>(definition.layers[n], rows_[n].input,
                    [&](auto layer, const auto&) { layers.push_back(std::move(layer)); });
  }

  const std::vector<LayerDescription>& describe() const { return rows_; }

  /// Layer n on its own input. Throws C6.
  AnyTensor<T> forward_layer(std::size_t n, const AnyTensor<T>& x) const {
    return std::visit([]<class L, class X>(const L& layer, const X& in) -> AnyTensor<T> {
      if constexpr (takes<L, X>) return layer.forward(in);
      else refuse_rank(L::input_rank, X::rank);
    }, layers[n], x);
  }
  AnyTensor<T> forward(AnyTensor<T> x) const {
    for (std::size_t n = 0; n < layers.size(); ++n) x = forward_layer(n, x);
    return x;
  }

  /// Layer n's own VJP: dx, and one vector of elements for each parameter tensor. Throws C6.
  auto backward_layer(std::size_t n, const AnyTensor<T>& x, const AnyTensor<T>& dy) const {
    using Elements = std::vector<std::vector<T>>;
    using Result = LayerGradients<AnyTensor<T>, Elements>;
    return std::visit([]<class L, class X, class DY>(const L& layer, const X& in, const DY& d) -> Result {
      if constexpr (!takes<L, X>) {
        refuse_rank(L::input_rank, X::rank);
      } else if constexpr (constexpr int rank = decltype(layer.forward(in))::rank; rank != DY::rank) {
        refuse_rank(rank, DY::rank, "number of axes of dy");
      } else {
        auto [dx, d_parameters] = layer.backward(in, d);
        return {std::move(dx), std::apply([](const auto&... dp) { return Elements{dp.elements()...}; }, d_parameters)};
      }
    }, layers[n], x, dy);
  }
  /// dx and every layer's parameter cotangents, for a cotangent dy of the output. Throws C6.
  LayerGradients<AnyTensor<T>, ParameterGradients<T>> backward(const AnyTensor<T>& x, AnyTensor<T> dy) const {
    std::vector<AnyTensor<T>> inputs{x};
    for (std::size_t n = 0; n + 1 < layers.size(); ++n) inputs.push_back(forward_layer(n, inputs[n]));
    ParameterGradients<T> d_parameters(layers.size());
    for (std::size_t n = layers.size(); n-- > 0;) {
      auto [dx, dp] = backward_layer(n, inputs[n], dy);
      dy = std::move(dx);
      d_parameters[n] = std::move(dp);
    }
    return {std::move(dy), std::move(d_parameters)};
  }

  std::vector<AnyLayer<T>> layers;

 private:
  std::vector<LayerDescription> rows_;
};

}  // namespace cnnspec

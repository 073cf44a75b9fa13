// Compositions: forward and backward of a run-time network, computed layer by layer with the specification's layers or
// with their independent twins. The specification's own compositions are not used.
#pragma once

#include "checks/layers/avg_pool2d/twin.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/layers/conv2d/twin.hpp"
#include "checks/layers/flatten/twin.hpp"
#include "checks/layers/linear/twin.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/layers/max_pool2d/twin.hpp"
#include "checks/layers/relu/twin.hpp"
#include "checks/models/functions.hpp"

namespace cnnspec::checks {

/// The layers' functions of the specification ...
struct SpecLayers {
  static auto forward(const auto& layer, const auto& x) { return layer.forward(x); }
  static auto backward(const auto& layer, const auto& x, const auto& dy) { return layer.backward(x, dy); }
};

/// ... and of their independent twins.
struct TwinLayers {
  template <class T>
  static auto forward(const RunTimeConv<T>& layer, const Image<T>& x) {
    return twins::conv2d_forward(problem(layer, x.shape()), x, layer.kernel, layer.bias);
  }
  template <class T>
  static auto backward(const RunTimeConv<T>& layer, const Image<T>& x, const Image<T>& dy) {
    const cnnspec_conv2d p = problem(layer, x.shape());
    return LayerGradients{twins::conv2d_backward_input(p, layer.kernel, dy),
                          std::tuple{twins::conv2d_backward_kernel(p, x, dy), twins::conv2d_backward_bias(p, dy)}};
  }
  template <class T>
  static auto forward(const RunTimePool& layer, const Image<T>& x) {
    return twins::max_pool2d_forward(problem(layer.config, x.shape()), x).y;
  }
  template <class T>
  static auto backward(const RunTimePool& layer, const Image<T>& x, const Image<T>& dy) {
    return LayerGradients{twins::max_pool2d_backward(problem(layer.config, x.shape()), x, dy), std::tuple{}};
  }
  template <class T>
  static auto forward(const AvgPool2dLayer<AvgPool2dConfig>& layer, const Image<T>& x) {
    return twins::avg_pool2d_forward(problem(layer.config, x.shape()), x);
  }
  template <class T>
  static auto backward(const AvgPool2dLayer<AvgPool2dConfig>& layer, const Image<T>& x, const Image<T>& dy) {
    return LayerGradients{twins::avg_pool2d_backward(problem(layer.config, x.shape()), dy), std::tuple{}};
  }
  static auto forward(const ReluLayer&, const auto& x) { return twins::relu_forward(x); }
  static auto backward(const ReluLayer&, const auto& x, const auto& dy) {
    return LayerGradients{twins::relu_backward(x, dy), std::tuple{}};
  }
  template <class T>
  static auto forward(const FlattenLayer&, const Image<T>& x) {
    return twins::flatten_forward(x);
  }
  template <class T>
  static auto backward(const FlattenLayer&, const Image<T>& x, const Vector<T>& dy) {
    return LayerGradients{twins::flatten_backward(x.shape(), dy), std::tuple{}};
  }
  template <class T>
  static auto forward(const FlattenLayer&, const Vector<T>& x) {
    return x;
  }
  template <class T>
  static auto backward(const FlattenLayer&, const Vector<T>&, const Vector<T>& dy) {
    return LayerGradients{dy, std::tuple{}};
  }
  template <class T>
  static auto forward(const RunTimeLinear<T>& layer, const Vector<T>& x) {
    return twins::linear_forward(x, layer.weight, layer.bias);
  }
  template <class T>
  static auto backward(const RunTimeLinear<T>& layer, const Vector<T>& x, const Vector<T>& dy) {
    return LayerGradients{twins::linear_backward_input(layer.weight, dy),
                          std::tuple{twins::linear_backward_weight(x, dy), twins::linear_backward_bias(dy)}};
  }

 private:
  template <class T>
  static cnnspec_conv2d problem(const RunTimeConv<T>& layer, const ImageShape& x) {
    cnnspec_conv2d p{};
    p.batch = 1, p.groups = layer.config.groups, p.in_channels = x.extent(0), p.out_channels = layer.kernel.extent(0);
    set_height(p, {x.extent(1), 0, layer.kernel.extent(2), layer.config.height});
    set_width(p, {x.extent(2), 0, layer.kernel.extent(3), layer.config.width});
    return p;
  }
  static cnnspec_pool2d problem(const MaxPool2dConfig& g, const ImageShape& x) {
    cnnspec_pool2d p{};
    p.batch = 1, p.channels = x.extent(0);
    set_height(p, {x.extent(1), 0, g.kernel_height, g.height});
    set_width(p, {x.extent(2), 0, g.kernel_width, g.width});
    return p;
  }
  static AvgPool2dProblem problem(const AvgPool2dConfig& g, const ImageShape& x) {
    AvgPool2dProblem p{};
    p.batch = 1, p.channels = x.extent(0);
    p.count_include_pad = g.count_include_pad, p.ceil_mode = g.ceil_mode, p.divisor_override = g.divisor_override;
    set_height(p, {x.extent(1), 0, g.kernel_height, g.height});
    set_width(p, {x.extent(2), 0, g.kernel_width, g.width});
    return p;
  }
};

/// The input, and the output of each layer. Layers: SpecLayers or TwinLayers.
template <class Layers, class T>
std::vector<AnyTensor<T>> activations(const Network<T>& net, const AnyTensor<T>& input) {
  std::vector<AnyTensor<T>> all{input};
  for (const AnyLayer<T>& any_layer : net.layers)
    all.push_back(std::visit(
        []<class Layer, class X>(const Layer& layer, const X& x) -> AnyTensor<T> {
          if constexpr (takes<Layer, X>)
            return Layers::forward(layer, x);
          else
            refuse_rank(Layer::input_rank, X::rank);
        },
        any_layer, all.back()));
  return all;
}

/// dx and every layer's parameter cotangents.
template <class Layers, class T>
LayerGradients<AnyTensor<T>, ParameterGradients<T>> composed_backward(const Network<T>& net, const AnyTensor<T>& input,
                                                                      AnyTensor<T> dy) {
  const auto inputs = activations<Layers>(net, input);
  ParameterGradients<T> d_parameters(net.layers.size());
  for (std::size_t n = net.layers.size(); n-- > 0;)
    dy = std::visit(
        [&]<class Layer, class X, class DY>(const Layer& layer, const X& x, const DY& d) -> AnyTensor<T> {
          if constexpr (!takes<Layer, X>) {
            refuse_rank(Layer::input_rank, X::rank);
          } else if constexpr (constexpr int rank = decltype(Layers::forward(layer, x))::rank; rank != DY::rank) {
            refuse_rank(rank, DY::rank);
          } else {
            auto gradients = Layers::backward(layer, x, d);
            d_parameters[n] = elements_of<T>(gradients.d_parameters);
            return gradients.dx;
          }
        },
        net.layers[n], inputs[n], dy);
  return {std::move(dy), std::move(d_parameters)};
}

}  // namespace cnnspec::checks

// Model functions: the two-stage CNN for the laws, in any of its forms. The parameters are passed in a run-time
// Network; each form copies them.
#pragma once

#include <functional>

#include "checks/describe/config.hpp"
#include "checks/laws/functions.hpp"
#include "checks/networks/parameters.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {

/// cnn_with_relu_spec (and Cnn2Spec), or cnn_spec.
struct ModelProblem {
  Cnn2Run run;
  bool with_relu = true;
};
inline NetworkDefinition definition_of(const ModelProblem& p) {
  return cnn2_definition(p.run.config, p.run.in_c, p.run.in_h, p.run.in_w, p.with_relu);
}

// The layers of a Network.
template <class T>
using RunTimeConv = Conv2dLayer<T, dyn, dyn, dyn, dyn, Conv2dConfig>;
using RunTimePool = MaxPool2dLayer<MaxPool2dConfig>;
template <class T>
using RunTimeLinear = LinearLayer<T, dyn, dyn>;

template <class T>
struct ModelGradients {
  Image<T> dx;
  ParameterGradients<T> d_parameters;
};

template <class T>
struct ModelFunctions {
  static constexpr const char* layer = "model";
  std::function<Vector<T>(const Network<T>& parameters, const Image<T>& x)> forward;
  std::function<ModelGradients<T>(const Network<T>& parameters, const Image<T>& x, const Vector<T>& dy)> backward;
};

/// Wrong extents of results are found by the comparison.
template <class T>
const ModelFunctions<T>& checked(const ModelFunctions<T>& f) {
  return f;
}

template <class T>
ModelFunctions<T> spec_network() {
  return {[](const auto& net, const auto& x) { return std::get<Vector<T>>(net.forward(x)); },
          [](const auto& net, const auto& x, const auto& dy) {
            auto [dx, d_parameters] = net.backward(x, dy);
            return ModelGradients<T>{std::get<Image<T>>(dx), std::move(d_parameters)};
          }};
}

/// The elements of a layer's parameter tensors.
template <class T, class... P>
std::vector<std::vector<T>> elements_of(const std::tuple<P...>& tensors) {
  return std::apply([](const auto&... t) { return std::vector<std::vector<T>>{t.elements()...}; }, tensors);
}

/// Calls `visit(chain)` with a SpecChain of the network's layers; all extents are run-time values.
template <class T, class Visit>
auto with_chain(const Network<T>& net, const ImageShape& x, Visit visit) {
  using Conv = RunTimeConv<T>;
  using Pool = RunTimePool;
  using Head = RunTimeLinear<T>;
  const auto& l = net.layers;
  if (l.size() == 6)
    return visit(make_chain<T>(x, std::get<Conv>(l[0]), std::get<Pool>(l[1]), std::get<Conv>(l[2]),
                               std::get<Pool>(l[3]), FlattenLayer{}, std::get<Head>(l[5])));
  return visit(make_chain<T>(x, std::get<Conv>(l[0]), ReluLayer{}, std::get<Pool>(l[2]), std::get<Conv>(l[3]),
                             ReluLayer{}, std::get<Pool>(l[5]), FlattenLayer{}, std::get<Head>(l[7])));
}

template <class T>
ModelFunctions<T> spec_chain() {
  return {[](const auto& net, const auto& x) {
            return with_chain(net, x.shape(), [&](const auto& chain) { return chain.forward(x); });
          },
          [](const auto& net, const auto& x, const auto& dy) {
            return with_chain(net, x.shape(), [&](const auto& chain) {
              auto gradients = chain.backward(x, dy);
              auto d_parameters =
                  std::apply([](const auto&... layers) { return ParameterGradients<T>{elements_of<T>(layers)...}; },
                             gradients.d_parameters);
              return ModelGradients<T>{std::move(gradients.dx), std::move(d_parameters)};
            });
          }};
}

/// The explicit model, for the one configuration that it is compiled for.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
ModelFunctions<T> spec_cnn2() {
  using Model = Cnn2Spec<T, k, in_c, in_h, in_w>;
  const auto model_of = [](const Network<T>& net) {
    Model m;
    const auto copy = [&](std::size_t n, auto& layer) {
      using Run = std::conditional_t<std::is_same_v<std::decay_t<decltype(layer)>, decltype(Model::head)>,
                                     RunTimeLinear<T>, RunTimeConv<T>>;
      const auto from = std::get<Run>(net.layers[n]).parameters();
      auto to = layer.parameters();
      std::get<0>(to) = {std::get<0>(to).shape(), std::get<0>(from).elements()};
      std::get<1>(to) = {std::get<1>(to).shape(), std::get<1>(from).elements()};
    };
    copy(0, m.conv1), copy(3, m.conv2), copy(7, m.head);
    return m;
  };
  return {[model_of](const auto& net, const auto& x) {
            const auto y = model_of(net).forward({{}, x.elements()});
            return Vector<T>(dyn_shape(k.out_dim), y.elements());
          },
          [model_of](const auto& net, const auto& x, const auto& dy) {
            const auto [grads, dx] = model_of(net).backward({{}, x.elements()}, {{}, dy.elements()});
            ParameterGradients<T> d_parameters(net.layers.size());
            d_parameters[0] = {grads.d_conv1_kernel.elements(), grads.d_conv1_bias.elements()};
            d_parameters[3] = {grads.d_conv2_kernel.elements(), grads.d_conv2_bias.elements()};
            d_parameters[7] = {grads.d_head_w.elements(), grads.d_head_b.elements()};
            return ModelGradients<T>{Image<T>(x.shape(), dx.elements()), std::move(d_parameters)};
          }};
}

}  // namespace cnnspec::checks

// A mutant's models, judged by the laws of models: the run-time network, the chain, and the explicit Cnn2Spec.
#include "checks/mutants/suite/laws.hpp"
#include "checks/mutants/suite/mutant.hpp"
#include "mutant/network.hpp"

namespace cnnspec::mutants {
namespace {

using T = Int128;
using RunTimeConv = mutant::Conv2dLayer<T, mutant::dyn, mutant::dyn, mutant::dyn, mutant::dyn, mutant::Conv2dConfig>;
using RunTimePool = mutant::MaxPool2dLayer<mutant::MaxPool2dConfig>;
using RunTimeMean = mutant::AvgPool2dLayer<mutant::AvgPool2dConfig>;
using RunTimeLinear = mutant::LinearLayer<T, mutant::dyn, mutant::dyn>;

// The mutant's layer for each layer of the specification's network ...
RunTimeConv layer_of(const checks::RunTimeConv<T>& l) {
  mutant::Conv2dConfig g;
  g.height = there(l.config.height), g.width = there(l.config.width), g.groups = l.config.groups;
  return {there(l.kernel), there(l.bias), g};
}
RunTimePool layer_of(const checks::RunTimePool& l) {
  mutant::MaxPool2dConfig g;
  g.kernel_height = l.config.kernel_height, g.kernel_width = l.config.kernel_width;
  g.height = there(l.config.height), g.width = there(l.config.width);
  return RunTimePool(g);
}
RunTimeMean layer_of(const AvgPool2dLayer<AvgPool2dConfig>& l) {
  mutant::AvgPool2dConfig g;
  g.kernel_height = l.config.kernel_height, g.kernel_width = l.config.kernel_width;
  g.height = there(l.config.height), g.width = there(l.config.width);
  g.count_include_pad = l.config.count_include_pad, g.ceil_mode = l.config.ceil_mode;
  g.divisor_override = l.config.divisor_override;
  return RunTimeMean(g);
}
RunTimeLinear layer_of(const checks::RunTimeLinear<T>& l) { return {there(l.weight), there(l.bias)}; }
mutant::ReluLayer layer_of(const ReluLayer&) { return {}; }
mutant::FlattenLayer layer_of(const FlattenLayer&) { return {}; }

// ... and its definition, with parameters of zero.
mutant::LayerDefinition definition_of(const RunTimeConv& l) {
  return {"", mutant::Conv2dDefinition{l.kernel.extent(0), l.kernel.extent(2), l.kernel.extent(3), l.config}};
}
mutant::LayerDefinition definition_of(const RunTimePool& l) { return {"", l.config}; }
mutant::LayerDefinition definition_of(const RunTimeMean& l) { return {"", l.config}; }
mutant::LayerDefinition definition_of(const RunTimeLinear& l) {
  return {"", mutant::LinearDefinition{l.weight.extent(0)}};
}
mutant::LayerDefinition definition_of(const auto& l) { return {"", l}; }

mutant::Network<T> network_of(const Network<T>& net) {
  mutant::NetworkDefinition definition{net.describe().front().input, {}};
  std::vector<mutant::AnyLayer<T>> layers;
  for (const auto& layer : net.layers)
    std::visit(
        [&](const auto& l) {
          layers.push_back(layer_of(l));
          definition.layers.push_back(definition_of(layer_of(l)));
        },
        layer);
  mutant::Network<T> result(definition);
  result.layers = std::move(layers);
  return result;
}

checks::ModelFunctions<T> network() {
  return {[](const auto& net, const auto& x) {
            return back(std::get<mutant::Vector<T>>(network_of(net).forward(there(x))));
          },
          [](const auto& net, const auto& x, const auto& dy) {
            auto [dx, d_parameters] = network_of(net).backward(there(x), there(dy));
            return checks::ModelGradients<T>{back(std::get<mutant::Image<T>>(dx)), std::move(d_parameters)};
          }};
}

auto gradients_of(const auto& chain, const Image<T>& x, const Vector<T>& dy) {
  const auto gradients = chain.backward(there(x), there(dy));
  auto d_parameters =
      std::apply([](const auto&... layers) { return ParameterGradients<T>{checks::elements_of<T>(layers)...}; },
                 gradients.d_parameters);
  return checks::ModelGradients<T>{back(gradients.dx), std::move(d_parameters)};
}

/// The chains of the models, with the layers of `net`.
template <class Visit>
auto with_chain(const Network<T>& net, const Image<T>& x, Visit visit) {
  const auto in = there(x).shape();
  const auto at = [&]<class Layer>(std::size_t n) { return layer_of(std::get<Layer>(net.layers[n])); };
  const auto conv = [&](std::size_t n) { return at.template operator()<checks::RunTimeConv<T>>(n); };
  const auto pool = [&](std::size_t n) { return at.template operator()<checks::RunTimePool>(n); };
  const auto head = at.template operator()<checks::RunTimeLinear<T>>(net.layers.size() - 1);
  if (net.layers.size() == 6)
    return visit(mutant::make_chain<T>(in, conv(0), pool(1), conv(2), pool(3), mutant::FlattenLayer{}, head));
  return visit(mutant::make_chain<T>(in, conv(0), mutant::ReluLayer{}, pool(2), conv(3), mutant::ReluLayer{}, pool(5),
                                     mutant::FlattenLayer{}, head));
}

checks::ModelFunctions<T> chain() {
  return {[](const auto& net, const auto& x) {
            return with_chain(net, x, [&](const auto& c) { return back(c.forward(there(x))); });
          },
          [](const auto& net, const auto& x, const auto& dy) {
            return with_chain(net, x, [&](const auto& c) { return gradients_of(c, x, dy); });
          }};
}

constexpr mutant::Cnn2Config uneven_there() {
  mutant::Cnn2Config k;
  k.c1 = uneven.c1, k.c2 = uneven.c2, k.out_dim = uneven.out_dim;
  k.kernel_h = uneven.kernel_h, k.kernel_w = uneven.kernel_w;
  k.stride1 = uneven.stride1, k.padding1 = uneven.padding1, k.stride2 = uneven.stride2, k.padding2 = uneven.padding2;
  k.pool_kernel_h = uneven.pool_kernel_h, k.pool_kernel_w = uneven.pool_kernel_w;
  k.pool_stride1 = uneven.pool_stride1, k.pool_stride2 = uneven.pool_stride2;
  return k;
}
using Model = mutant::Cnn2Spec<T, uneven_there(), uneven_in_c, uneven_in_h, uneven_in_w>;

Model model_of(const Network<T>& net) {
  Model m;
  const auto copy = [](auto to, const auto& from) {
    std::get<0>(to) = {std::get<0>(to).shape(), std::get<0>(from).elements()};
    std::get<1>(to) = {std::get<1>(to).shape(), std::get<1>(from).elements()};
  };
  copy(m.conv1.parameters(), std::get<checks::RunTimeConv<T>>(net.layers[0]).parameters());
  copy(m.conv2.parameters(), std::get<checks::RunTimeConv<T>>(net.layers[3]).parameters());
  copy(m.head.parameters(), std::get<checks::RunTimeLinear<T>>(net.layers[7]).parameters());
  return m;
}

checks::ModelFunctions<T> explicit_model() {
  return {[](const auto& net, const auto& x) {
            return back(model_of(net).forward({{}, x.elements()}));
          },
          [](const auto& net, const auto& x, const auto& dy) {
            const auto [grads, dx] = model_of(net).backward({{}, x.elements()}, {{}, dy.elements()});
            ParameterGradients<T> d(net.layers.size());
            d[0] = {grads.d_conv1_kernel.elements(), grads.d_conv1_bias.elements()};
            d[3] = {grads.d_conv2_kernel.elements(), grads.d_conv2_bias.elements()};
            d[7] = {grads.d_head_w.elements(), grads.d_head_b.elements()};
            return checks::ModelGradients<T>{back(dx), std::move(d)};
          }};
}

const bool added[] = {add_model("network", network()), add_model("chain", chain()), add_uneven_model(explicit_model())};

}  // namespace
}  // namespace cnnspec::mutants

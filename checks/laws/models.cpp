#include "checks/laws/models.hpp"

#include "checks/generate/geometry.hpp"
#include "checks/twins/conv2d.hpp"
#include "checks/twins/flatten.hpp"
#include "checks/twins/linear.hpp"
#include "checks/twins/max_pool2d.hpp"
#include "checks/twins/relu.hpp"

namespace cnnspec::checks {
namespace {

/// The least input for which a window makes `out` outputs, and somewhat more.
Idx draw_input(Choices& choices, Idx out, Idx kernel, const Axis& a) {
  const Idx least = (out - 1) * a.stride + kernel - a.before - a.after;
  return std::max(least, Idx{1}) + choices.pick(0, 2);
}

template <class T>
struct ModelCase {
  Network<T> net;
  Image<T> x;
  Vector<T> dy;
};
template <class T>
ModelCase<T> draw_case(const ModelProblem& p, Choices& data) {
  Network<T> net(definition_of(p));
  for (auto& layer : net.layers)
    for_each_parameter(layer, [&](auto& w, std::size_t, const std::string&) { w = draw<T>(w.shape(), data, -3, 3); });
  auto x = draw<T>(dyn_shape(p.run.in_c, p.run.in_h, p.run.in_w), data);
  auto dy = draw<T>(dyn_shape(p.run.config.out_dim), data);
  return {std::move(net), std::move(x), std::move(dy)};
}

/// A network of the same layers with these elements for parameters. Throws C6.
template <class T>
Network<T> with_parameters(Network<T> net, const ParameterGradients<T>& elements) {
  require(check_agree("model", "layers with gradients", static_cast<Idx>(net.layers.size()),
                      static_cast<Idx>(elements.size())));
  for (std::size_t n = 0; n < net.layers.size(); ++n)
    for_each_parameter(net.layers[n], [&](auto& w, std::size_t index, const std::string&) {
      w = std::decay_t<decltype(w)>(w.shape(), elements[n].at(index));
    });
  return net;
}

/// Every parameter tensor of the two networks, which have the same layers.
template <class T>
Outcome& equal_parameters(Outcome& outcome, const Network<T>& expected, const Network<T>& actual) {
  for (std::size_t n = 0; n < expected.layers.size(); ++n)
    for_each_parameter(expected.layers[n], [&](const auto& w, std::size_t index, const std::string& name) {
      const std::string tensor = "gradient of " + expected.describe()[n].name + "." + name;
      for_each_parameter(actual.layers[n], [&](const auto& v, std::size_t other, const std::string&) {
        if constexpr (std::is_same_v<decltype(w), decltype(v)>)
          if (index == other) outcome.equal(tensor, w, v);
      });
    });
  return outcome;
}
template <class T>
Outcome equal_gradients(const Network<T>& net, const ModelGradients<T>& expected, const ModelGradients<T>& actual) {
  Outcome outcome;
  outcome.equal("dx", expected.dx, actual.dx);
  return equal_parameters(outcome, with_parameters(net, expected.d_parameters),
                          with_parameters(net, actual.d_parameters));
}

// The composition

/// The layers' functions as the specification has them...
struct SpecLayers {
  static auto forward(const auto& layer, const auto& x) { return layer.forward(x); }
  static auto backward(const auto& layer, const auto& x, const auto& dy) { return layer.backward(x, dy); }
};

/// ... and as their independent twins have them.
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
};

/// What `visit(layer)` makes of layer n, one of those before flatten.
template <class T, class Visit>
auto on_image_layer(const Network<T>& net, std::size_t n, const Visit& visit) {
  if (const auto* conv = std::get_if<RunTimeConv<T>>(&net.layers[n])) return visit(*conv);
  if (const auto* pool = std::get_if<RunTimePool>(&net.layers[n])) return visit(*pool);
  return visit(std::get<ReluLayer>(net.layers[n]));
}

/// The input, and the output of each layer before flatten.
template <class Layers, class T>
std::vector<Image<T>> feature_maps(const Network<T>& net, const Image<T>& x) {
  std::vector<Image<T>> maps{x};
  for (std::size_t n = 0; n + 2 < net.layers.size(); ++n)
    maps.push_back(on_image_layer(net, n, [&](const auto& layer) { return Layers::forward(layer, maps.back()); }));
  return maps;
}

template <class Layers, class T>
Vector<T> composed_forward(const Network<T>& net, const Image<T>& x) {
  const auto& head = std::get<RunTimeLinear<T>>(net.layers.back());
  return Layers::forward(head, Layers::forward(FlattenLayer{}, feature_maps<Layers>(net, x).back()));
}

template <class Layers, class T>
ModelGradients<T> composed_backward(const Network<T>& net, const Image<T>& x, const Vector<T>& dy) {
  const auto maps = feature_maps<Layers>(net, x);
  const auto& head = std::get<RunTimeLinear<T>>(net.layers.back());
  const auto d_head = Layers::backward(head, Layers::forward(FlattenLayer{}, maps.back()), dy);
  Image<T> d = Layers::backward(FlattenLayer{}, maps.back(), d_head.dx).dx;
  ParameterGradients<T> d_parameters(net.layers.size());
  d_parameters.back() = elements_of<T>(d_head.d_parameters);
  for (std::size_t n = maps.size() - 1; n-- > 0;)
    d = on_image_layer(net, n, [&](const auto& layer) {
      const auto gradients = Layers::backward(layer, maps[n], d);
      d_parameters[n] = elements_of<T>(gradients.d_parameters);
      return gradients.dx;
    });
  return {std::move(d), std::move(d_parameters)};
}

template <class Layers, class T>
Outcome composes(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  Outcome outcome;
  outcome.equal("y", composed_forward<Layers>(net, x), f.forward(net, x));
  return outcome.holds() ? equal_gradients(net, composed_backward<Layers>(net, x, dy), f.backward(net, x, dy))
                         : outcome;
}

// Hidden channels

/// The network with its hidden channels, and what belongs to them in the next layer, in another order.
template <class T>
Network<T> with_channels_reordered(Network<T> net, const std::vector<Idx>& hidden1, const std::vector<Idx>& hidden2) {
  const std::size_t second = net.layers.size() / 2 - 1;  // 6 layers without relu, 8 with
  auto& conv1 = std::get<RunTimeConv<T>>(net.layers[0]);
  auto& conv2 = std::get<RunTimeConv<T>>(net.layers[second]);
  auto& head = std::get<RunTimeLinear<T>>(net.layers.back());
  conv1.kernel = reordered(conv1.kernel, 0, hidden1), conv1.bias = reordered(conv1.bias, 0, hidden1);
  conv2.kernel = reordered(reordered(conv2.kernel, 1, hidden1), 0, hidden2);
  conv2.bias = reordered(conv2.bias, 0, hidden2);
  const Idx channels = static_cast<Idx>(hidden2.size());
  const auto by_channel =
      reshaped(head.weight, dyn_shape(head.weight.extent(0), channels, head.weight.extent(1) / channels));
  head.weight = reshaped(reordered(by_channel, 1, hidden2), head.weight.shape());
  return net;
}

template <class T>
Outcome hidden_channels_are_alike(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  const auto hidden1 = draw_order(p.run.config.c1, data), hidden2 = draw_order(p.run.config.c2, data);
  const auto net_ = with_channels_reordered(net, hidden1, hidden2);
  const auto gradients = f.backward(net, x, dy), gradients_ = f.backward(net_, x, dy);
  Outcome outcome;
  outcome.equal("y", f.forward(net, x), f.forward(net_, x)).equal("dx", gradients.dx, gradients_.dx);
  return equal_parameters(outcome,
                          with_channels_reordered(with_parameters(net, gradients.d_parameters), hidden1, hidden2),
                          with_parameters(net, gradients_.d_parameters));
}

// What holds for every backward

template <class T>
ModelGradients<T> sum_of(int a, const ModelGradients<T>& g, int b, const ModelGradients<T>& h) {
  ModelGradients<T> sum{combination(a, g.dx, b, h.dx), g.d_parameters};
  for (std::size_t n = 0; n < g.d_parameters.size(); ++n)
    for (std::size_t t = 0; t < g.d_parameters[n].size(); ++t)
      for (std::size_t e = 0; e < g.d_parameters[n][t].size(); ++e)
        sum.d_parameters[n][t][e] = T(a) * g.d_parameters[n][t][e] + T(b) * h.d_parameters.at(n).at(t).at(e);
  return sum;
}

template <class T>
Outcome zero_cotangent_gives_zero(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  const auto gradients = f.backward(net, x, zeros<T>(dy.shape()));
  return equal_gradients(net, sum_of(0, gradients, 0, gradients), gradients);
}

template <class T>
Outcome backward_is_linear(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  const auto dv = draw<T>(dy.shape(), data);
  return equal_gradients(net, sum_of(2, f.backward(net, x, dy), -3, f.backward(net, x, dv)),
                         f.backward(net, x, combination(2, dy, -3, dv)));
}

template <class T>
Outcome two_runs_are_identical(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  Outcome outcome;
  outcome.equal("y", f.forward(net, x), f.forward(net, x));
  return outcome.holds() ? equal_gradients(net, f.backward(net, x, dy), f.backward(net, x, dy)) : outcome;
}

}  // namespace

std::string configuration_text(const ModelProblem& p) {
  return (p.with_relu ? "cnn-relu " : "cnn ") + format_config(p.run);
}

Cnn2Run draw_cnn2(Choices& choices) {
  Cnn2Run run;
  Cnn2Config& k = run.config;
  k.kernel_h = choices.pick(1, 3), k.kernel_w = choices.pick(1, 3);
  k.pool_kernel_h = choices.pick(1, 3), k.pool_kernel_w = choices.pick(1, 3);
  k.stride1 = choices.pick(1, 2), k.stride2 = choices.pick(1, 2);
  k.pool_stride1 = choices.pick(1, 3), k.pool_stride2 = choices.pick(1, 3);
  k.padding1 = choices.pick(0, 2), k.padding2 = choices.pick(0, 2);
  const auto draw_extent = [&](Idx kernel, Idx pool_kernel, auto axis) {
    Idx extent = draw_input(choices, choices.pick(1, 2), pool_kernel, axis(pool2_config(k)));
    extent = draw_input(choices, extent, kernel, axis(conv2_config(k)));
    extent = draw_input(choices, extent, pool_kernel, axis(pool1_config(k)));
    return draw_input(choices, extent, kernel, axis(conv1_config(k)));
  };
  run.in_h = draw_extent(k.kernel_h, k.pool_kernel_h, [](const auto& g) { return g.height; });
  run.in_w = draw_extent(k.kernel_w, k.pool_kernel_w, [](const auto& g) { return g.width; });
  run.in_c = choices.pick(1, 2), k.c1 = choices.pick(1, 3), k.c2 = choices.pick(1, 3), k.out_dim = choices.pick(1, 4);
  return run;
}

template <class T>
std::vector<ModelLaw<T>> model_laws() {
  return {{"compose", "forward is the composition of the layers, backward of their VJPs", composes<SpecLayers, T>},
          {"twin", "agrees with the composition of the independent twins", composes<TwinLayers, T>},
          {"permute", "the order of hidden channels does not matter", hidden_channels_are_alike<T>},
          {"zero-dy", "a zero cotangent gives exactly zero gradients", zero_cotangent_gives_zero<T>},
          {"linear-dy", "backward is linear in dy", backward_is_linear<T>},
          {"repeat", "two runs are identical", two_runs_are_identical<T>}};
}
template std::vector<ModelLaw<Int128>> model_laws();
template std::vector<ModelLaw<double>> model_laws();

}  // namespace cnnspec::checks

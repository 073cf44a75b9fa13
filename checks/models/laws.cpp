#include "checks/models/laws.hpp"

#include "checks/models/composition.hpp"

namespace cnnspec::checks {
namespace {

/// An input extent for which a window has `out` outputs: the least one, or a little more.
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

/// A network of the same layers with these elements as parameters. Throws C6.
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

/// Compares every parameter tensor of two networks with the same layers.
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

template <class Layers, class T>
Outcome composes(const ModelFunctions<T>& f, const ModelProblem& p, Choices& data) {
  const auto [net, x, dy] = draw_case<T>(p, data);
  Outcome outcome;
  outcome.equal("y", std::get<Vector<T>>(activations<Layers, T>(net, x).back()), f.forward(net, x));
  if (!outcome.holds()) return outcome;
  auto [dx, d_parameters] = composed_backward<Layers, T>(net, x, dy);
  const ModelGradients<T> expected{std::get<Image<T>>(dx), std::move(d_parameters)};
  return equal_gradients(net, expected, f.backward(net, x, dy));
}

// Hidden channels

/// The network with its hidden channels, and their weights in the next layer, in another order.
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

// Laws of every backward

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

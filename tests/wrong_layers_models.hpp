// The network's backward with mistakes: in the order of layers, in masks and in parts.
#pragma once

#include "checks/laws/tensors.hpp"
#include "checks/models/functions.hpp"
#include "tests/wrong_layers.hpp"

namespace cnnspec::tests {

using checks::Int128;
using checks::ModelFunctions;

struct WrongModel {
  std::string mistake;
  ModelFunctions<Int128> layer;
  std::string rejected_by;
};

/// One step of the backward pass through layer n: its input, the cotangent of its output, and the results of the right
/// layer. A mistake changes dx or the parameters' gradients.
struct Step {
  const Network<Int128>& net;
  const std::vector<AnyTensor<Int128>>& inputs;  // of each layer
  std::size_t n;
  const AnyTensor<Int128>& dy;
  AnyTensor<Int128>& dx;
  std::vector<std::vector<Int128>>& d_parameters;

  const std::string& name() const { return net.describe()[n].name; }
  const Image<Int128>& image() const { return std::get<Image<Int128>>(inputs[n]); }
  const Image<Int128>& d_image() const { return std::get<Image<Int128>>(dy); }
};

template <class Mistake>
ModelFunctions<Int128> with_backward(Mistake mistake) {
  auto f = checks::spec_network<Int128>();
  f.backward = [mistake](const auto& net, const auto& x, const auto& dy) {
    std::vector<AnyTensor<Int128>> inputs{x};
    for (std::size_t n = 0; n < net.layers.size(); ++n) inputs.push_back(net.forward_layer(n, inputs[n]));
    ParameterGradients<Int128> d_parameters(net.layers.size());
    AnyTensor<Int128> d = dy;
    for (std::size_t n = net.layers.size(); n-- > 0;) {
      auto [dx, dp] = net.backward_layer(n, inputs[n], d);
      mistake(Step{net, inputs, n, d, dx, dp});
      d = std::move(dx), d_parameters[n] = std::move(dp);
    }
    return checks::ModelGradients<Int128>{std::get<Image<Int128>>(d), std::move(d_parameters)};
  };
  return f;
}

inline std::vector<WrongModel> wrong_models() {
  std::vector<WrongModel> all;
  const auto add = [&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back({text, with_backward(mistake), rejected_by});
  };
  add("the first ReLU is left out of backward", "compose gradient twin", [](const Step& s) {
    if (s.name() == "relu1") s.dx = s.dy;
  });
  add("the second ReLU has the mask of the first", "compose gradient permute twin", [](const Step& s) {
    if (s.name() != "relu2") return;
    const auto& first = std::get<Image<Int128>>(s.inputs[1]);
    s.dx = checks::tensor_of<Int128>(
        s.d_image().shape(), [&](Idx n) { return first[n % first.size()] <= Int128(0) ? Int128(0) : s.d_image()[n]; });
  });
  add("the second ReLU is masked by its cotangent", "compose gradient linear-dy twin", [](const Step& s) {
    if (s.name() == "relu2") s.dx = relu(s.d_image());
  });
  add("the second pooling's gradient goes to the first cells", "compose gradient twin", [](const Step& s) {
    if (s.name() != "pool2") return;
    const auto constant = checks::tensor_of<Int128>(s.image().shape(), [](Idx) { return Int128(0); });
    s.dx = std::get<checks::RunTimePool>(s.net.layers[s.n]).backward(constant, s.d_image()).dx;
  });
  add("the first pooling's overlapping windows assign", "compose gradient twin", [](const Step& s) {
    if (s.name() != "pool1") return;
    const auto& pool = std::get<checks::RunTimePool>(s.net.layers[s.n]);
    const auto winners = max_pool2d_with_winners(s.image(), pool.config).winners;
    const Idx windows = winners.extent(1) * winners.extent(2), cells = s.image().extent(1) * s.image().extent(2);
    Image<Int128> dx(s.image().shape());
    for (Idx n = 0; n < winners.size(); ++n) dx[n / windows * cells + winners[n]] = s.d_image()[n];
    s.dx = dx;
  });
  add("flatten's gradient is put back columns first", "compose gradient twin", [](const Step& s) {
    if (s.name() != "flatten") return;
    const auto& x = s.image();
    s.dx = checks::transposed(
        checks::reshaped(std::get<Vector<Int128>>(s.dy), dyn_shape(x.extent(0), x.extent(2), x.extent(1))));
  });
  add("flatten's gradient is put back channels last", "compose gradient permute twin", [](const Step& s) {
    if (s.name() != "flatten") return;
    const auto& dy = std::get<Vector<Int128>>(s.dy);
    const Idx channels = s.image().extent(0), pixels = s.image().size() / channels;
    s.dx = checks::tensor_of<Int128>(s.image().shape(), [&](Idx n) { return dy[n % pixels * channels + n / pixels]; });
  });
  add("the bias of the first convolution has no gradient", "compose gradient twin", [](const Step& s) {
    if (s.name() == "conv1") s.d_parameters[1].assign(s.d_parameters[1].size(), Int128(0));
  });
  add("dw of the second convolution is taken with its unpooled input", "compose gradient permute twin",
      [](const Step& s) {
        if (s.name() != "conv2") return;
        // Gives the extents of the pooled map, but the elements of the map before pooling.
        const auto& before = std::get<Image<Int128>>(s.inputs[s.n - 1]);
        const auto& conv = std::get<checks::RunTimeConv<Int128>>(s.net.layers[s.n]);
        const auto x = checks::tensor_of<Int128>(s.image().shape(), [&](Idx n) { return before[n % before.size()]; });
        s.d_parameters[0] = conv2d_backward_kernel(x, conv.kernel.shape(), s.d_image(), conv.config).elements();
      });
  add("dx is that of the convolution without its padding", "compose gradient twin", [](const Step& s) {
    if (s.name() != "conv1") return;
    const auto& conv = std::get<checks::RunTimeConv<Int128>>(s.net.layers[s.n]);
    Conv2dConfig g = conv.config;
    g.height.before = g.width.before = 0;
    Image<Int128> dx(s.image().shape());
    for_each_tap(g, dx, conv.kernel, s.d_image(),
                 [](const Int128& dy_, const Int128& w_, Int128& dx_) { dx_ += w_ * dy_; });
    s.dx = dx;
  });

  // In forward and backward alike: a max pool over 1x1 windows is the identity.
  const auto without_second_relu = [](const Network<Int128>& net) {
    Network<Int128> other = net;
    other.layers[4] = checks::RunTimePool({1, 1, {}, {}});
    return other;
  };
  const auto right = checks::spec_network<Int128>();
  all.push_back({"there is no second ReLU",
                 {[=](const auto& net, const auto& x) { return right.forward(without_second_relu(net), x); },
                  [=](const auto& net, const auto& x, const auto& dy) {
                    return right.backward(without_second_relu(net), x, dy);
                  }},
                 "compose twin"});
  return all;
}

}  // namespace cnnspec::tests

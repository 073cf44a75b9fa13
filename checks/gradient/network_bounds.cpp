#include "checks/gradient/network_bounds.hpp"

#include <algorithm>

#include "checks/gradient/subject.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/networks/parameters.hpp"
#include "checks/scalars/magnitude.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

using Net = Network<Magnitude>;
using Activation = AnyTensor<Magnitude>;

Activation filled(const std::vector<Idx>& extents, const std::function<double(Idx)>& size) {
  return with_shape(extents, [&](const auto& shape) -> Activation {
    auto x = zeros<Magnitude>(shape);
    for (Idx n = 0; n < x.size(); ++n) x[n] = Magnitude(size(n));
    return x;
  });
}

double largest(const Activation& x) {
  return std::visit(
      [](const auto& tensor) {
        Magnitude most;
        for (const Magnitude& m : tensor.elements()) most = most < m ? m : most;
        return most.proved_bound();
      },
      x);
}

void set_parameter(Net& net, const NetworkTensor& t, const std::function<double(Idx)>& size) {
  for_each_parameter(net.layers[t.layer], [&](auto& tensor, std::size_t parameter, const std::string&) {
    if (parameter != t.parameter) return;
    for (Idx n = 0; n < tensor.size(); ++n) tensor[n] = Magnitude(size(n));
  });
}

/// The network with the same weights and no biases: it maps a displacement of an input to that of an output.
Net without_biases(Net net, const std::vector<NetworkTensor>& tensors) {
  for (const NetworkTensor& t : tensors)
    if (t.is_bias) set_parameter(net, t, [](Idx) { return 0.0; });
  return net;
}

const Layer& kind_of(const LayerDescription& row) { return *find_layer(row.kind); }

/// A layer that selects sends each dy to one cell of its window, depending on the data. Sending it to all cells of the
/// window bounds every case.
Activation through_windows(const LayerDescription& row, const Image<Magnitude>& dy) {
  const Problem problem = problem_of(row, 1);
  const Line h = height_of(problem), w = width_of(problem);
  auto dx = zeros<Magnitude>(dyn_shape(row.input[0], row.input[1], row.input[2]));
  const auto cell = [](const Line& line, Idx window, Idx tap) {
    return window * line.axis.stride + tap * line.axis.dilation - line.axis.before;
  };
  for (Idx c = 0; c < dy.extent(0); ++c)
    for (Idx i = 0; i < dy.extent(1); ++i)
      for (Idx j = 0; j < dy.extent(2); ++j)
        for (Idx p = 0; p < h.kernel; ++p)
          for (Idx q = 0; q < w.kernel; ++q) {
            const Idx y = cell(h, i, p), x = cell(w, j, q);
            if (0 <= y && y < h.in && 0 <= x && x < w.in) dx(c, y, x) += dy(c, i, j);
          }
  return dx;
}

double bound_backward(const Net& net, const std::vector<Activation>& inputs, Activation dy) {
  double most = largest(dy);
  for (std::size_t n = net.layers.size(); n-- > 0;) {
    const LayerDescription& row = net.describe()[n];
    if (branches(kind_of(row)) && has_window(kind_of(row))) {
      dy = through_windows(row, std::get<Image<Magnitude>>(dy));
    } else {
      auto [dx, parameters] = net.backward_layer(n, inputs[n], dy);
      dy = std::move(dx);
      for (const auto& d : parameters)
        for (const Magnitude& m : d) most = std::max(most, m.proved_bound());
    }
    most = std::max(most, largest(dy));
  }
  return most;
}

Displacement displace_from(const Net& net, std::size_t layer, Activation x) {
  Displacement most{.anywhere = largest(x)};
  for (std::size_t n = layer; n < net.layers.size(); ++n) {
    if (branches(kind_of(net.describe()[n]))) most.at_branches = std::max(most.at_branches, largest(x));
    x = net.forward_layer(n, x);
    most.anywhere = std::max(most.anywhere, largest(x));
  }
  return most;
}

/// Bounds the movement of later numbers when the entries of tensor t move by at most 1: one entry, or all of them.
Displacement bound_change(const Net& linear_part, const NetworkTensor& t, const std::vector<Activation>& inputs,
                          double largest_weight, bool one_at_a_time) {
  const auto& row = linear_part.describe()[t.layer];
  const auto everywhere = [&](double size) { return filled(row.output, [size](Idx) { return size; }); };
  const auto later = [&](const Activation& y) { return displace_from(linear_part, t.layer + 1, y); };
  if (t.is_bias) return later(everywhere(1));
  if (one_at_a_time && row.parameters > 0)  // an output has a single term with the entry; the other factor is ...
    return later(everywhere(t.is_input ? largest_weight : largest(inputs[t.layer])));
  if (t.is_input) return displace_from(linear_part, 0, filled(t.extents, [](Idx) { return 1.0; }));
  Net moved = linear_part;
  set_parameter(moved, t, [](Idx) { return 1.0; });
  return later(moved.forward_layer(t.layer, inputs[t.layer]));
}

double count_roundings(const Net& net) {
  double n = 0;
  for (const LayerDescription& row : net.describe())
    if (!kind_of(row).passes.empty()) n += roundings_of(problem_of(row, 1));
  return n;
}

}  // namespace

std::vector<NetworkTensor> tensors_of(const NetworkDefinition& definition) {
  const Net net(definition);
  std::vector<NetworkTensor> tensors{{.name = "x", .extents = definition.input, .is_input = true}};
  for (std::size_t n = 0; n < net.layers.size(); ++n)
    for_each_parameter(net.layers[n], [&](const auto& tensor, std::size_t parameter, const std::string& name) {
      tensors.push_back({.name = net.describe()[n].name + "." + name,
                         .extents = extents_of(tensor.shape()),
                         .layer = n,
                         .parameter = parameter,
                         .is_bias = name == "bias"});
    });
  return tensors;
}

NetworkBounds bound_network(const NetworkDefinition& definition, const SizeOf& size, double cotangent,
                            bool one_at_a_time) {
  const std::vector<NetworkTensor> tensors = tensors_of(definition);
  Net net(definition);
  for (std::size_t t = 1; t < tensors.size(); ++t) set_parameter(net, tensors[t], [&](Idx n) { return size(t, n); });

  NetworkBounds bounds;
  std::vector<Activation> inputs{filled(definition.input, [&](Idx n) { return size(0, n); })};
  bounds.activation = largest(inputs[0]);
  for (std::size_t n = 0; n < net.layers.size(); ++n) {
    inputs.push_back(net.forward_layer(n, inputs[n]));
    bounds.activation = std::max(bounds.activation, largest(inputs.back()));
  }
  const auto output = std::visit([](const auto& y) { return extents_of(y.shape()); }, inputs.back());
  bounds.gradient = bound_backward(net, inputs, filled(output, [&](Idx) { return cotangent; }));
  bounds.roundings = count_roundings(net);
  double largest_weight = 0;
  for (std::size_t t = 1; t < tensors.size(); ++t)
    for (Idx n = 0; n < count_of(tensors[t].extents); ++n) largest_weight = std::max(largest_weight, size(t, n));
  const Net linear_part = without_biases(net, tensors);
  for (const NetworkTensor& t : tensors)
    bounds.change.push_back(bound_change(linear_part, t, inputs, largest_weight, one_at_a_time));
  return bounds;
}

}  // namespace cnnspec::checks

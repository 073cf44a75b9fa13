// A network in which one tensor moves and the others stay. The forward pass starts at the layer that the tensor enters,
// and records its branches. S is the scalar: the check's own T, or Lanes of T to evaluate several moves at once.
#pragma once

#include <optional>
#include <stdexcept>
#include <tuple>

#include "checks/gradient/network_bounds.hpp"
#include "checks/gradient/subject.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/networks/parameters.hpp"
#include "checks/scalars/traced.hpp"

namespace cnnspec::checks {

template <class S>
AnyTensor<S> as_tensor(const std::vector<S>& values, const std::vector<Idx>& extents) {
  return with_shape(extents, [&](const auto& shape) -> AnyTensor<S> { return Tensor(shape, values); });
}

template <class S>
class MovedNetwork {
 public:
  explicit MovedNetwork(const NetworkDefinition& definition) : network_(definition) {
    for (const LayerDescription& row : network_.describe()) branches_.push_back(branches(*find_layer(row.kind)));
  }

  /// Copies the base point. `scale`: see network_subject.hpp; `start`: the input of the tensor's layer.
  template <class T>
  void prepare(const Network<T>& base, const AnyTensor<T>& start, const NetworkTensor& tensor, const T& scale) {
    tensor_ = tensor;
    for (std::size_t n = 0; n < base.layers.size(); ++n)
      std::visit([&](const auto& from) { copy_parameters(from, n, scale); }, base.layers[n]);
    const T factor = tensor.is_bias ? scale : T(1);
    std::visit([&](const auto& x) { start_.emplace(converted(x, factor)); }, start);
  }

  Evaluation<S> evaluate(const std::vector<S>& values) {
    if (tensor_.is_input) return forward_from(0, as_tensor(values, tensor_.extents));
    for_each_parameter(network_.layers[tensor_.layer], [&](auto& w, std::size_t parameter, const std::string&) {
      if (parameter != tensor_.parameter) return;
      for (Idx n = 0; n < w.size(); ++n) w[n] = values[static_cast<std::size_t>(n)];
    });
    return forward_from(tensor_.layer, *start_);
  }

 private:
  template <class T, Idx... E>
  static AnyTensor<S> converted(const Tensor<T, E...>& x, const T& factor) {
    auto result = zeros<S>(x.shape());
    for (Idx n = 0; n < x.size(); ++n) result[n] = S(T(x[n] * factor));
    return result;
  }

  template <class Layer, class T>
  void copy_parameters(const Layer& from, std::size_t layer, const T& scale) {
    std::vector<std::vector<T>> values;
    std::apply([&](const auto&... w) { (values.push_back(w.elements()), ...); }, from.parameters());
    for_each_parameter(network_.layers[layer], [&](auto& w, std::size_t parameter, const std::string& name) {
      const T factor = name == "bias" && layer >= tensor_.layer ? scale : T(1);
      for (Idx n = 0; n < w.size(); ++n) w[n] = S(T(values[parameter][static_cast<std::size_t>(n)] * factor));
    });
  }

  Evaluation<S> forward_from(std::size_t layer, AnyTensor<S> x) const {
    Evaluation<S> result;
    for (std::size_t n = layer; n < network_.layers.size(); ++n)
      x = branches_[n] ? selected(n, x, result.branches) : network_.forward_layer(n, x);
    result.y = std::visit([](const auto& y) { return y.elements(); }, x);
    return result;
  }
  /// The output of a layer that selects; records the selection.
  AnyTensor<S> selected(std::size_t n, const AnyTensor<S>& x, BranchSignature& selection) const {
    return std::visit(
        [&]<class Layer, class X>(const Layer& layer, const X& in) -> AnyTensor<S> {
          constexpr bool has_parameters = std::tuple_size_v < decltype(layer.parameters()) >> 0;
          if constexpr (takes<Layer, X> && !has_parameters) return values_of(layer.forward(traced(in)), selection);
          throw std::logic_error("a layer that branches has no parameters");
        },
        network_.layers[n], x);
  }
  template <Idx... E>
  static Tensor<Traced<S>, E...> traced(const Tensor<S, E...>& x) {
    auto result = zeros<Traced<S>>(x.shape());
    for (Idx n = 0; n < x.size(); ++n) result[n] = {x[n], n};
    return result;
  }
  template <Idx... E>
  static AnyTensor<S> values_of(const Tensor<Traced<S>, E...>& y, BranchSignature& selection) {
    auto result = zeros<S>(y.shape());
    for (Idx n = 0; n < y.size(); ++n) result[n] = y[n].value, selection.push_back(y[n].number);
    return result;
  }

  Network<S> network_;
  std::vector<bool> branches_;  // whether each layer has branches
  NetworkTensor tensor_;
  std::optional<AnyTensor<S>> start_;
};

}  // namespace cnnspec::checks

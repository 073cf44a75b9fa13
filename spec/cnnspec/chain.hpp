// SpecChain: a typed sequence of layers, run forward, run backward, or described.
//
// Neighbouring shapes must match (C6 and the layers' own clauses). A mismatch of compile-time extents does not compile.
// For a mismatch of run-time extents, the constructor throws a ShapeError that names the layer.
#pragma once

#include <algorithm>

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

/// T: the scalar. In: the Shape of the input. Layers are named by kind and number: conv2d1, relu1, ..., linear1.
template <class T, class In, class... Layers>
class SpecChain {
 public:
  constexpr explicit SpecChain(const In& input, Layers... layers) : input_(input), layers_(std::move(layers)...) {
    (void)out_shape();
  }

  constexpr auto out_shape() const { return input_of<sizeof...(Layers)>(); }

  /// y. Throws C6 unless x has the chain's input shape.
  constexpr auto forward(const auto& x) const {
    require_same("chain", "x", input_, x.shape());
    return forward_from<0>(x);
  }

  /// dx, and for each layer a tuple of its parameters' cotangents. Throws C6.
  constexpr auto backward(const auto& x, const auto& dy) const {
    require_same("chain", "x", input_, x.shape());
    return backward_from<0>(x, dy);
  }

  std::vector<LayerDescription> describe() const {
    return [&]<std::size_t... n>(std::index_sequence<n...>) {
      return std::vector<LayerDescription>{describe_layer(name(n), std::get<n>(layers_), input_of<n>())...};
    }(std::index_sequence_for<Layers...>{});
  }

 private:
  static std::string name(std::size_t n) {
    const std::string kinds[] = {Layers::kind...};
    return kinds[n] + std::to_string(std::count(kinds, kinds + n + 1, kinds[n]));
  }

  /// The shape of layer n's input.
  template <std::size_t n>
  constexpr auto input_of() const {
    if constexpr (n == 0) {
      return input_;
    } else {
      const auto x = input_of<n - 1>();
      using Layer = std::tuple_element_t<n - 1, std::tuple<Layers...>>;
      static_assert(takes<Layer, decltype(x)>, "C6: this layer takes a tensor with another number of axes");
      try {
        return std::get<n - 1>(layers_).out_shape(x);
      } catch (const ShapeError& e) {
        throw e.in_layer("layer " + std::to_string(n) + " (" + name(n - 1) + ")");
      }
    }
  }
  template <std::size_t n>
  constexpr auto forward_from(const auto& x) const {
    if constexpr (n == sizeof...(Layers)) return x;
    else return forward_from<n + 1>(std::get<n>(layers_).forward(x));
  }
  template <std::size_t n>
  constexpr auto backward_from(const auto& x, const auto& dy) const {
    if constexpr (n == sizeof...(Layers)) {
      require_same("chain", "dy", x.shape(), dy.shape());
      return LayerGradients{dy, std::tuple{}};
    } else {
      auto later = backward_from<n + 1>(std::get<n>(layers_).forward(x), dy);
      auto here = std::get<n>(layers_).backward(x, later.dx);
      return LayerGradients{std::move(here.dx), std::tuple_cat(std::make_tuple(std::move(here.d_parameters)),
                                                               std::move(later.d_parameters))};
    }
  }

  In input_;
  std::tuple<Layers...> layers_;
};

/// `auto net = make_chain<double>(Shape<3, 16, 16>{}, conv, ReluLayer{}, ...)`
template <class T, class In, class... Layers>
constexpr auto make_chain(const In& input, Layers... layers) {
  return SpecChain<T, In, Layers...>(input, std::move(layers)...);
}

}  // namespace cnnspec

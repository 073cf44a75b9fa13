// SpecChain: a typed sequence of layers, run forward, run backward, or described.
//
// Neighbouring shapes must match (C6 and the layers' own clauses): among compile-time extents a mismatch does not
// compile, among run-time ones the constructor throws a ShapeError that names the layer.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

/// T: the scalar. In: the Shape of the input. Layers are named by kind and position: conv2d1, relu1, ..., linear1.
template <class T, class In, class... Layers>
class SpecChain {
 public:
  static constexpr std::size_t length = sizeof...(Layers);

  constexpr explicit SpecChain(const In& input, Layers... layers) : input_(input), layers_(std::move(layers)...) {
    (void)shape_after<0>(input_);
  }

  constexpr const In& in_shape() const { return input_; }
  constexpr auto out_shape() const { return shape_after<0>(input_); }
  constexpr auto& layers() { return layers_; }
  constexpr const auto& layers() const { return layers_; }

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
    std::vector<LayerDescription> rows;
    describe_from<0>(input_, rows);
    return rows;
  }

 private:
  template <std::size_t n>
  using LayerAt = std::tuple_element_t<n, std::tuple<Layers...>>;

  template <std::size_t n>
  static std::string name() {
    int ordinal = 0;
    std::size_t position = 0;
    ((ordinal += position++ <= n && std::string(Layers::kind) == LayerAt<n>::kind), ...);
    return LayerAt<n>::kind + std::to_string(ordinal);
  }

  template <std::size_t n, class S>
  constexpr auto next_shape(const S& shape) const {
    static_assert(takes<LayerAt<n>, S>,
                  "C6: this layer takes a tensor with another number of axes");
    try {
      return std::get<n>(layers_).out_shape(shape);
    } catch (const ShapeError& e) {
      throw e.in_layer("layer " + std::to_string(n + 1) + " (" + name<n>() + ")");
    }
  }
  template <std::size_t n>
  constexpr auto shape_after(const auto& shape) const {
    if constexpr (n == length) return shape;
    else return shape_after<n + 1>(next_shape<n>(shape));
  }
  template <std::size_t n>
  constexpr auto forward_from(const auto& x) const {
    if constexpr (n == length) return x;
    else return forward_from<n + 1>(std::get<n>(layers_).forward(x));
  }
  template <std::size_t n>
  constexpr auto backward_from(const auto& x, const auto& dy) const {
    if constexpr (n == length) {
      require_same("chain", "dy", x.shape(), dy.shape());
      return LayerGradients{dy, std::tuple{}};
    } else {
      auto later = backward_from<n + 1>(std::get<n>(layers_).forward(x), dy);
      auto here = std::get<n>(layers_).backward(x, later.dx);
      return LayerGradients{std::move(here.dx),
                            std::tuple_cat(std::make_tuple(std::move(here.d_parameters)), std::move(later.d_parameters))};
    }
  }
  template <std::size_t n>
  void describe_from(const auto& shape, std::vector<LayerDescription>& rows) const {
    if constexpr (n < length) {
      rows.push_back(describe_layer(name<n>(), std::get<n>(layers_), shape));
      describe_from<n + 1>(next_shape<n>(shape), rows);
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

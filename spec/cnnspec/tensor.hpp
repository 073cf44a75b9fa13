// Tensors: a dense, row-major block of scalars with a Shape. `x(c, i, j)` is element (c, i, j).
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec {

/// E...: the extents, outermost first, each a constant or `dyn`. Elements live on the heap and start as T{}, i.e. zero.
template <class T, Idx... E>
class Tensor {
 public:
  using Scalar = T;
  using ShapeType = Shape<E...>;
  static constexpr int rank = sizeof...(E);

  constexpr Tensor() requires((E != dyn) && ...) : Tensor(ShapeType{}) {}
  /// All zero. Throws ShapeError C3 if that many elements of T cannot be addressed.
  constexpr explicit Tensor(const ShapeType& shape) : shape_(shape), elements_(addressable(shape.count()), T{}) {}
  /// From elements in row-major order. Throws ShapeError C6 unless there are exactly as many as the shape has.
  constexpr Tensor(const ShapeType& shape, std::vector<T> elements) : shape_(shape), elements_(std::move(elements)) {
    require(check_agree("tensor", "elements", shape.count(), static_cast<Idx>(elements_.size())));
  }

  constexpr const ShapeType& shape() const { return shape_; }
  constexpr Idx extent(int axis) const { return shape_.extent(axis); }
  constexpr Idx size() const { return static_cast<Idx>(elements_.size()); }

  constexpr T& operator()(auto... index) { return elements_[offset(index...)]; }
  constexpr const T& operator()(auto... index) const { return elements_[offset(index...)]; }
  /// Element n in row-major order.
  constexpr T& operator[](Idx n) { return elements_[static_cast<std::size_t>(n)]; }
  constexpr const T& operator[](Idx n) const { return elements_[static_cast<std::size_t>(n)]; }
  constexpr const std::vector<T>& elements() const { return elements_; }

  friend constexpr bool operator==(const Tensor& a, const Tensor& b) {
    return a.shape_ == b.shape_ && a.elements_ == b.elements_;
  }

 private:
  constexpr std::size_t offset(auto... index) const {
    static_assert(sizeof...(index) == rank, "C6: one index for each axis");
    Idx n = 0;
    int axis = 0;
    ((assert(0 <= index && index < extent(axis)), n = n * extent(axis++) + static_cast<Idx>(index)), ...);
    return static_cast<std::size_t>(n);
  }
  static constexpr std::size_t addressable(Idx count) {
    constexpr Idx most = std::numeric_limits<std::ptrdiff_t>::max() / static_cast<Idx>(sizeof(T));
    if (count > most) refuse({Clause::C3, "tensor", "elements", "a count of at most", most, count});
    return static_cast<std::size_t>(count);
  }

  ShapeType shape_;
  std::vector<T> elements_;
};

/// Only the shape of a tensor: a parameter of a layer that is described but never run.
template <Idx... E>
class Tensor<void, E...> {
 public:
  constexpr explicit Tensor(const Shape<E...>& shape) : shape_(shape) {}
  constexpr const Shape<E...>& shape() const { return shape_; }
  constexpr Idx extent(int axis) const { return shape_.extent(axis); }
  constexpr Idx size() const { return shape_.count(); }

 private:
  Shape<E...> shape_;
};

template <class T, Idx... E>
Tensor(const Shape<E...>&, std::vector<T>) -> Tensor<T, E...>;

/// The zero tensor of a shape.
template <class T, Idx... E>
constexpr Tensor<T, E...> zeros(const Shape<E...>& shape) {
  return Tensor<T, E...>(shape);
}

template <class T>
using Vector = Tensor<T, dyn>;  // [features]
template <class T>
using Matrix = Tensor<T, dyn, dyn>;  // [rows, columns]
template <class T>
using Image = Tensor<T, dyn, dyn, dyn>;  // [channels, height, width]
template <class T>
using Kernel = Tensor<T, dyn, dyn, dyn, dyn>;  // [out channels, in channels / groups, height, width]

static_assert(Tensor<int, 2, 3>(Shape<2, 3>{}, {1, 2, 3, 4, 5, 6})(1, 0) == 4);

}  // namespace cnnspec

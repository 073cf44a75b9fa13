// Tensors for laws: small whole numbers, which every scalar represents exactly. Also functions that cut, stuff and
// rearrange tensors.
#pragma once

#include <algorithm>
#include <cassert>
#include <numeric>

#include "checks/generate/data.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

/// The tensor of element(0), element(1), ... in row-major order.
template <class T, Idx... E, class Element>
Tensor<T, E...> tensor_of(const Shape<E...>& shape, Element element) {
  Tensor<T, E...> t(shape);
  for (Idx n = 0; n < t.size(); ++n) t[n] = element(n);
  return t;
}

template <class T>
T draw_scalar(Choices& data, int least, int most) {
  return T(static_cast<int>(data.pick(least, most)));
}
template <class T, Idx... E>
Tensor<T, E...> draw(const Shape<E...>& shape, Choices& data, int least = -9, int most = 9) {
  Tensor<T, E...> t(shape);
  fill_integers(t, data, least, most);
  return t;
}

/// 0 .. n-1 in random order.
inline std::vector<Idx> draw_order(Idx n, Choices& data) {
  std::vector<Idx> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Idx{0});
  for (Idx i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(data.pick(0, i))]);
  return order;
}
/// All elements different.
template <class T, Idx... E>
Tensor<T, E...> draw_distinct(const Shape<E...>& shape, Choices& data) {
  Tensor<T, E...> t(shape);
  fill_distinct(t, data);
  return t;
}

template <class Tensor, class Map>
Tensor mapped(const Tensor& t, Map map) {
  return tensor_of<typename Tensor::Scalar>(t.shape(), [&](Idx n) { return map(t[n]); });
}
/// a*x + b*y
template <class Tensor>
Tensor combination(int a, const Tensor& x, int b, const Tensor& y) {
  using T = typename Tensor::Scalar;
  assert(x.shape() == y.shape());
  return tensor_of<T>(x.shape(), [&](Idx n) { return T(a) * x[n] + T(b) * y[n]; });
}
template <class Tensor>
auto dot(const Tensor& x, const Tensor& y) {
  assert(x.shape() == y.shape());
  typename Tensor::Scalar sum(0);
  for (Idx n = 0; n < x.size(); ++n) sum += x[n] * y[n];
  return sum;
}

/// How the cells of a small plane lie in a large one: cell (i, j) at (top + i*step_height, left + j*step_width).
struct Lattice {
  Idx step_height = 1, step_width = 1, top = 0, left = 0;
};
/// Calls `visit(n, m)` for each element n of the small tensor and its place m in the large one. Planes are the last two
/// axes; the other axes have the same extents.
template <class Small, class Large, class Visit>
void for_each_place(const Small& small, const Large& large, const Lattice& at, Visit visit) {
  const Idx rows = small.extent(Small::rank - 2), columns = small.extent(Small::rank - 1);
  const Idx large_rows = large.extent(Small::rank - 2), large_columns = large.extent(Small::rank - 1);
  for (Idx n = 0; n < small.shape().count(); ++n) {
    const Idx plane = n / columns / rows, i = n / columns % rows, j = n % columns;
    visit(n, (plane * large_rows + at.top + i * at.step_height) * large_columns + at.left + j * at.step_width);
  }
}
/// A larger tensor, zero except where `t` is placed.
template <class T, Idx... E>
Tensor<T, E...> embedded(const Tensor<T, E...>& t, const Shape<E...>& large, const Lattice& at) {
  Tensor<T, E...> result(large);
  for_each_place(t, result, at, [&](Idx n, Idx m) { result[m] = t[n]; });
  return result;
}
/// The inverse: the part of a larger tensor where a tensor of this shape would be placed.
template <class T, Idx... E>
Tensor<T, E...> extracted(const Tensor<T, E...>& t, const Shape<E...>& small, const Lattice& at) {
  Tensor<T, E...> result(small);
  for_each_place(result, t, at, [&](Idx n, Idx m) { result[n] = t[m]; });
  return result;
}

/// The same tensor in another shape.
template <class T, Idx... E, Idx... D>
Tensor<T, D...> reshaped(const Tensor<T, E...>& t, const Shape<D...>& shape) {
  return Tensor<T, D...>(shape, t.elements());
}

/// The last two axes, height and width, exchanged.
template <class T, Idx... E>
Tensor<T, E...> transposed(const Tensor<T, E...>& t) {
  auto extents = t.shape().extents();
  std::swap(extents[extents.size() - 2], extents[extents.size() - 1]);
  const Idx rows = extents[extents.size() - 2], columns = extents[extents.size() - 1];
  return tensor_of<T>(Shape<E...>(extents), [&](Idx n) {
    const Idx plane = n / columns / rows, i = n / columns % rows, j = n % columns;
    return t[(plane * columns + j) * rows + i];
  });
}

/// Slice n along `axis` of the result is slice order[n] of `t`.
template <class T, Idx... E>
Tensor<T, E...> reordered(const Tensor<T, E...>& t, int axis, const std::vector<Idx>& order) {
  const Idx slices = t.extent(axis);
  assert(static_cast<Idx>(order.size()) == slices);
  Idx stride = 1;
  for (int a = axis + 1; a < Shape<E...>::rank; ++a) stride *= t.extent(a);
  return tensor_of<T>(t.shape(), [&](Idx n) {
    const Idx slice = n / stride % slices;
    return t[n + (order[static_cast<std::size_t>(slice)] - slice) * stride];
  });
}

/// Slices first .. first+count-1 along the first axis.
template <class T, Idx... E>
Tensor<T, E...> slices(const Tensor<T, E...>& t, Idx first, Idx count) {
  auto extents = t.shape().extents();
  const Idx size = t.size() / extents[0];
  extents[0] = count;
  return tensor_of<T>(Shape<E...>(extents), [&](Idx n) { return t[first * size + n]; });
}
/// Concatenates tensors along the first axis; the other extents must agree.
template <class T, Idx... E>
Tensor<T, E...> side_by_side(const std::vector<Tensor<T, E...>>& parts) {
  auto extents = parts.at(0).shape().extents();
  extents[0] = 0;
  std::vector<T> elements;
  for (const Tensor<T, E...>& part : parts) {
    extents[0] += part.extent(0);
    elements.insert(elements.end(), part.elements().begin(), part.elements().end());
  }
  return Tensor<T, E...>(Shape<E...>(extents), std::move(elements));
}

}  // namespace cnnspec::checks

// The laws of flatten: its VJP is its inverse and its adjoint, and the order is row-major.
#pragma once

#include "checks/laws/law.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/layers/flatten/functions.hpp"
#include "checks/layers/flatten/twin.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

/// The problem is the input image of a pooling layer.
template <class T>
using FlattenLaw = Law<FlattenFunctions<T>, cnnspec_pool2d>;

template <class T>
std::vector<FlattenLaw<T>> flatten_laws();

extern template std::vector<FlattenLaw<Int128>> flatten_laws();
extern template std::vector<FlattenLaw<double>> flatten_laws();

template <class T>
Outcome flatten_round_trip(const FlattenFunctions<T>& f, const cnnspec_pool2d& p, Choices& data) {
  const auto x = draw<T>(x_shape(p), data);
  return Outcome().equal("flatten_backward(flatten(x))", x, f.backward(x.shape(), f.forward(x)));
}

template <class T>
Outcome flatten_dx_is_the_adjoint(const FlattenFunctions<T>& f, const cnnspec_pool2d& p, Choices& data) {
  const auto v = draw<T>(x_shape(p), data);
  const auto dy = draw<T>(dyn_shape(v.size()), data);
  return Outcome().equal_number("<v, dx> = <dy, flatten(v)>", dot(dy, f.forward(v)), dot(v, f.backward(v.shape(), dy)));
}

template <class T>
Outcome flatten_agrees_with_the_twin(const FlattenFunctions<T>& f, const cnnspec_pool2d& p, Choices& data) {
  const auto x = draw_distinct<T>(x_shape(p), data);
  const auto dy = draw_distinct<T>(dyn_shape(x.size()), data);
  return Outcome()
      .equal("y", twins::flatten_forward(x), f.forward(x))
      .equal("dx", twins::flatten_backward(x.shape(), dy), f.backward(x.shape(), dy));
}

template <class T>
Outcome zero_cotangent_gives_zero(const FlattenFunctions<T>& f, const cnnspec_pool2d& p, Choices&) {
  const auto dx = zeros<T>(x_shape(p));
  return Outcome().equal("dx", dx, f.backward(dx.shape(), zeros<T>(dyn_shape(dx.size()))));
}

template <class T>
Outcome backward_is_linear(const FlattenFunctions<T>& f, const cnnspec_pool2d& p, Choices& data) {
  const ImageShape x = x_shape(p);
  const auto dy = draw<T>(dyn_shape(x.count()), data), dv = draw<T>(dyn_shape(x.count()), data);
  return Outcome().equal("dx", combination(2, f.backward(x, dy), -3, f.backward(x, dv)),
                         f.backward(x, combination(2, dy, -3, dv)));
}

template <class T>
std::vector<FlattenLaw<T>> flatten_laws() {
  return {{"round-trip", "flatten and its VJP are inverse", flatten_round_trip<T>},
          {"adjoint", "dx is the adjoint of flatten", flatten_dx_is_the_adjoint<T>},
          {"twin", "agrees with the independent twin", flatten_agrees_with_the_twin<T>},
          {"zero-dy", "a zero cotangent gives an exactly zero gradient", zero_cotangent_gives_zero<T>},
          {"linear-dy", "backward is linear in dy", backward_is_linear<T>}};
}

}  // namespace cnnspec::checks

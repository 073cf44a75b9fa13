// linear as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/linear.hpp"

namespace cnnspec::checks {

template <class T>
struct LinearFunctions {
  static constexpr const char* layer = "linear";
  std::function<Vector<T>(const Vector<T>& x, const Matrix<T>& w)> forward;
  std::function<Vector<T>(const Vector<T>& x, const Matrix<T>& w, const Vector<T>& b)> forward_with_bias;
  std::function<Vector<T>(const Matrix<T>& w, const Vector<T>& dy)> backward_input;
  std::function<Matrix<T>(const Vector<T>& x, const Vector<T>& dy)> backward_weight;
  std::function<Vector<T>(const Vector<T>& dy)> backward_bias;
};

/// The functions of the specification.
template <class T>
LinearFunctions<T> spec_linear() {
  return {[](const auto& x, const auto& w) { return linear(x, w); },
          [](const auto& x, const auto& w, const auto& b) { return linear(x, w, b); },
          [](const auto& w, const auto& dy) { return linear_backward_input(w, dy); },
          [](const auto& x, const auto& dy) { return linear_backward_weight(x, dy); },
          [](const auto& dy) { return linear_backward_bias(dy); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
LinearFunctions<T> checked(const LinearFunctions<T>& f) {
  return {
      [&f](const auto& x, const auto& w) { return of_shape("linear", "y", dyn_shape(w.extent(0)), f.forward(x, w)); },
      [&f](const auto& x, const auto& w, const auto& b) {
        return of_shape("linear", "y", dyn_shape(w.extent(0)), f.forward_with_bias(x, w, b));
      },
      [&f](const auto& w, const auto& dy) {
        return of_shape("linear", "dx", dyn_shape(w.extent(1)), f.backward_input(w, dy));
      },
      [&f](const auto& x, const auto& dy) {
        return of_shape("linear", "dw", dyn_shape(dy.extent(0), x.extent(0)), f.backward_weight(x, dy));
      },
      [&f](const auto& dy) { return of_shape("linear", "db", dy.shape(), f.backward_bias(dy)); }};
}

}  // namespace cnnspec::checks

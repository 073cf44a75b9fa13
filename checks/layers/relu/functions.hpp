// relu as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/relu.hpp"

namespace cnnspec::checks {

template <class T>
struct ReluFunctions {
  static constexpr const char* layer = "relu";
  std::function<Vector<T>(const Vector<T>& x)> forward;
  std::function<Vector<T>(const Vector<T>& x, const Vector<T>& dy)> backward;
};

/// The functions of the specification.
template <class T>
ReluFunctions<T> spec_relu() {
  return {[](const auto& x) { return relu(x); }, [](const auto& x, const auto& dy) { return relu_backward(x, dy); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
ReluFunctions<T> checked(const ReluFunctions<T>& f) {
  return {[&f](const auto& x) { return of_shape("relu", "y", x.shape(), f.forward(x)); },
          [&f](const auto& x, const auto& dy) { return of_shape("relu", "dx", x.shape(), f.backward(x, dy)); }};
}

}  // namespace cnnspec::checks

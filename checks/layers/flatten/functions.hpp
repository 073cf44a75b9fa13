// flatten as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/flatten.hpp"

namespace cnnspec::checks {

template <class T>
struct FlattenFunctions {
  static constexpr const char* layer = "flatten";
  std::function<Vector<T>(const Image<T>& x)> forward;
  std::function<Image<T>(const ImageShape& x, const Vector<T>& dy)> backward;
};

/// The functions of the specification.
template <class T>
FlattenFunctions<T> spec_flatten() {
  return {[](const auto& x) { return flatten(x); },
          [](const auto& x, const auto& dy) { return flatten_backward(x, dy); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
FlattenFunctions<T> checked(const FlattenFunctions<T>& f) {
  return {[&f](const auto& x) { return of_shape("flatten", "y", dyn_shape(x.size()), f.forward(x)); },
          [&f](const auto& x, const auto& dy) { return of_shape("flatten", "dx", x, f.backward(x, dy)); }};
}

}  // namespace cnnspec::checks

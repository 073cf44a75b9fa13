// max_pool2d as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/max_pool2d.hpp"

namespace cnnspec::checks {

template <class T>
struct MaxPool2dFunctions {
  static constexpr const char* layer = "max_pool2d";
  std::function<Image<T>(const Image<T>& x, const MaxPool2dConfig&)> forward;
  std::function<Image<Idx>(const Image<T>& x, const MaxPool2dConfig&)> winners;  // row*W + column, in its channel
  std::function<Image<T>(const Image<T>& x, const Image<T>& dy, const MaxPool2dConfig&)> backward;
};

/// The functions of the specification.
template <class T>
MaxPool2dFunctions<T> spec_max_pool2d() {
  return {[](const auto& x, const auto& g) { return max_pool2d(x, g); },
          [](const auto& x, const auto& g) { return max_pool2d_with_winners(x, g).winners; },
          [](const auto& x, const auto& dy, const auto& g) { return max_pool2d_backward(x, dy, g); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
MaxPool2dFunctions<T> checked(const MaxPool2dFunctions<T>& f) {
  return {[&f](const auto& x, const auto& g) {
            return of_shape("max_pool2d", "y", max_pool2d_shape(x.shape(), g), f.forward(x, g));
          },
          [&f](const auto& x, const auto& g) {
            return of_shape("max_pool2d", "winners", max_pool2d_shape(x.shape(), g), f.winners(x, g));
          },
          [&f](const auto& x, const auto& dy, const auto& g) {
            return of_shape("max_pool2d", "dx", x.shape(), f.backward(x, dy, g));
          }};
}

}  // namespace cnnspec::checks

// avg_pool2d as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/avg_pool2d.hpp"

namespace cnnspec::checks {

template <class T>
struct AvgPool2dFunctions {
  static constexpr const char* layer = "avg_pool2d";
  std::function<Image<T>(const Image<T>& x, const AvgPool2dConfig&)> forward;
  std::function<Image<T>(const ImageShape& x, const Image<T>& dy, const AvgPool2dConfig&)> backward;
};

/// The functions of the specification.
template <class T>
AvgPool2dFunctions<T> spec_avg_pool2d() {
  return {[](const auto& x, const auto& g) { return avg_pool2d(x, g); },
          [](const auto& x, const auto& dy, const auto& g) { return avg_pool2d_backward(x, dy, g); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
AvgPool2dFunctions<T> checked(const AvgPool2dFunctions<T>& f) {
  return {[&f](const auto& x, const auto& g) {
            return of_shape("avg_pool2d", "y", avg_pool2d_shape(x.shape(), g), f.forward(x, g));
          },
          [&f](const auto& x, const auto& dy, const auto& g) {
            return of_shape("avg_pool2d", "dx", x, f.backward(x, dy, g));
          }};
}

}  // namespace cnnspec::checks

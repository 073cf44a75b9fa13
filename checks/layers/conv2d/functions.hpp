// conv2d as functions on tensors whose extents are known at run time. Its laws judge these functions.
#pragma once

#include <functional>

#include "checks/laws/functions.hpp"
#include "cnnspec/conv2d.hpp"

namespace cnnspec::checks {

template <class T>
struct Conv2dFunctions {
  static constexpr const char* layer = "conv2d";
  std::function<Image<T>(const Image<T>& x, const cnnspec::Kernel<T>& w, const Conv2dConfig&)> forward;
  std::function<Image<T>(const Image<T>& x, const cnnspec::Kernel<T>& w, const Vector<T>& b, const Conv2dConfig&)>
      forward_with_bias;
  std::function<Image<T>(const ImageShape& x, const cnnspec::Kernel<T>& w, const Image<T>& dy, const Conv2dConfig&)>
      backward_input;
  std::function<cnnspec::Kernel<T>(const Image<T>& x, const KernelShape& w, const Image<T>& dy, const Conv2dConfig&)>
      backward_kernel;
  std::function<Vector<T>(const Image<T>& dy)> backward_bias;
};

/// The functions of the specification.
template <class T>
Conv2dFunctions<T> spec_conv2d() {
  return {
      [](const auto& x, const auto& w, const auto& g) { return conv2d(x, w, g); },
      [](const auto& x, const auto& w, const auto& b, const auto& g) { return conv2d(x, w, b, g); },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) { return conv2d_backward_input(x, w, dy, g); },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) { return conv2d_backward_kernel(x, w, dy, g); },
      [](const auto& dy) { return conv2d_backward_bias(dy); }};
}

/// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`.
template <class T>
Conv2dFunctions<T> checked(const Conv2dFunctions<T>& f) {
  return {[&f](const auto& x, const auto& w, const auto& g) {
            return of_shape("conv2d", "y", conv2d_shape(x.shape(), w.shape(), g), f.forward(x, w, g));
          },
          [&f](const auto& x, const auto& w, const auto& b, const auto& g) {
            return of_shape("conv2d", "y", conv2d_shape(x.shape(), w.shape(), g), f.forward_with_bias(x, w, b, g));
          },
          [&f](const auto& x, const auto& w, const auto& dy, const auto& g) {
            return of_shape("conv2d", "dx", x, f.backward_input(x, w, dy, g));
          },
          [&f](const auto& x, const auto& w, const auto& dy, const auto& g) {
            return of_shape("conv2d", "dw", w, f.backward_kernel(x, w, dy, g));
          },
          [&f](const auto& dy) { return of_shape("conv2d", "db", dyn_shape(dy.extent(0)), f.backward_bias(dy)); }};
}

}  // namespace cnnspec::checks

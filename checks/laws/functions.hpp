// Functions: what the laws judge. The functions of one layer, on tensors whose extents are known at run time: the
// specification's own, or those of anybody else's layer.
//
// Each function must return the extents that the specification names; checked(f) makes sure, so that no law indexes
// into a tensor of another shape.
#pragma once

#include <functional>

#include "cnnspec/conv2d.hpp"
#include "cnnspec/flatten.hpp"
#include "cnnspec/linear.hpp"
#include "cnnspec/max_pool2d.hpp"
#include "cnnspec/relu.hpp"

namespace cnnspec::checks {

using VectorShape = Shape<dyn>;
using ImageShape = Shape<dyn, dyn, dyn>;
using KernelShape = Shape<dyn, dyn, dyn, dyn>;

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

template <class T>
struct MaxPool2dFunctions {
  static constexpr const char* layer = "max_pool2d";
  std::function<Image<T>(const Image<T>& x, const MaxPool2dConfig&)> forward;
  std::function<Image<Idx>(const Image<T>& x, const MaxPool2dConfig&)> winners;  // row*W + column, in its channel
  std::function<Image<T>(const Image<T>& x, const Image<T>& dy, const MaxPool2dConfig&)> backward;
};

template <class T>
struct ReluFunctions {
  static constexpr const char* layer = "relu";
  std::function<Vector<T>(const Vector<T>& x)> forward;
  std::function<Vector<T>(const Vector<T>& x, const Vector<T>& dy)> backward;
};

template <class T>
struct FlattenFunctions {
  static constexpr const char* layer = "flatten";
  std::function<Vector<T>(const Image<T>& x)> forward;
  std::function<Image<T>(const ImageShape& x, const Vector<T>& dy)> backward;
};

template <class T>
struct LinearFunctions {
  static constexpr const char* layer = "linear";
  std::function<Vector<T>(const Vector<T>& x, const Matrix<T>& w)> forward;
  std::function<Vector<T>(const Vector<T>& x, const Matrix<T>& w, const Vector<T>& b)> forward_with_bias;
  std::function<Vector<T>(const Matrix<T>& w, const Vector<T>& dy)> backward_input;
  std::function<Matrix<T>(const Vector<T>& x, const Vector<T>& dy)> backward_weight;
  std::function<Vector<T>(const Vector<T>& dy)> backward_bias;
};

// The specification's own.
template <class T>
Conv2dFunctions<T> spec_conv2d() {
  return {
      [](const auto& x, const auto& w, const auto& g) { return conv2d(x, w, g); },
      [](const auto& x, const auto& w, const auto& b, const auto& g) { return conv2d(x, w, b, g); },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) { return conv2d_backward_input(x, w, dy, g); },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) { return conv2d_backward_kernel(x, w, dy, g); },
      [](const auto& dy) { return conv2d_backward_bias(dy); }};
}
template <class T>
MaxPool2dFunctions<T> spec_max_pool2d() {
  return {[](const auto& x, const auto& g) { return max_pool2d(x, g); },
          [](const auto& x, const auto& g) { return max_pool2d_with_winners(x, g).winners; },
          [](const auto& x, const auto& dy, const auto& g) { return max_pool2d_backward(x, dy, g); }};
}
template <class T>
ReluFunctions<T> spec_relu() {
  return {[](const auto& x) { return relu(x); }, [](const auto& x, const auto& dy) { return relu_backward(x, dy); }};
}
template <class T>
FlattenFunctions<T> spec_flatten() {
  return {[](const auto& x) { return flatten(x); },
          [](const auto& x, const auto& dy) { return flatten_backward(x, dy); }};
}
template <class T>
LinearFunctions<T> spec_linear() {
  return {[](const auto& x, const auto& w) { return linear(x, w); },
          [](const auto& x, const auto& w, const auto& b) { return linear(x, w, b); },
          [](const auto& w, const auto& dy) { return linear_backward_input(w, dy); },
          [](const auto& x, const auto& dy) { return linear_backward_weight(x, dy); },
          [](const auto& dy) { return linear_backward_bias(dy); }};
}

/// `result`, if it has the extents `expected`. Throws C6.
template <class Result, class Extents>
Result of_shape(const char* operation, const char* tensor, const Extents& expected, Result result) {
  require_same(operation, tensor, expected, result.shape());
  return result;
}

// The same functions, which throw C6 when a result has the wrong extents. They refer to `f`, and copy nothing: a law is
// judged some thousand times a second.
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
template <class T>
ReluFunctions<T> checked(const ReluFunctions<T>& f) {
  return {[&f](const auto& x) { return of_shape("relu", "y", x.shape(), f.forward(x)); },
          [&f](const auto& x, const auto& dy) { return of_shape("relu", "dx", x.shape(), f.backward(x, dy)); }};
}
template <class T>
FlattenFunctions<T> checked(const FlattenFunctions<T>& f) {
  return {[&f](const auto& x) { return of_shape("flatten", "y", dyn_shape(x.size()), f.forward(x)); },
          [&f](const auto& x, const auto& dy) { return of_shape("flatten", "dx", x, f.backward(x, dy)); }};
}
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

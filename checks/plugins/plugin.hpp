// A plug-in: a kernel that comes with cnnspec, in a shared library of its own, so that what it is linked with is not in
// the way of anybody else's. It exports cnnspec/kernel.h as every kernel does, and a word about itself. A new one is
// one file here that ends with CNNSPEC_PLUGIN_FUNCTIONS, a line in checks/CMakeLists.txt, and one in
// checks/kernels/built_in.cpp.
#pragma once

#pragma GCC visibility push(default)
#include "cnnspec/kernel.h"

extern "C" {
/// What it is, or which version of what it calls.
const char* cnnspec_plugin_description();
/// Null, or why it cannot be used with the library that it calls, which may be another one than it was built with.
/// Nothing else is called then.
const char* cnnspec_plugin_unsuitable();
/// Called once, before the processes are forked that call the kernel: what is the same in all of them, whatever they
/// compute, such as code that is generated once. May be left out.
void cnnspec_plugin_prepare();
}
#pragma GCC visibility pop

// Exports the functions of `kernel`, an expression of type `const Kernel&`, for one storage type.
#define CNNSPEC_PLUGIN_FUNCTIONS(kernel, dtype, T)                                                                     \
  int cnnspec_conv2d_forward_##dtype(const cnnspec_conv2d* g, const T* x, const T* w, const T* b, T* y) {              \
    return (kernel).dtype.conv2d_forward(g, x, w, b, y);                                                               \
  }                                                                                                                    \
  int cnnspec_conv2d_backward_input_##dtype(const cnnspec_conv2d* g, const T* w, const T* dy, T* dx) {                 \
    return (kernel).dtype.conv2d_backward_input(g, w, dy, dx);                                                         \
  }                                                                                                                    \
  int cnnspec_conv2d_backward_kernel_##dtype(const cnnspec_conv2d* g, const T* x, const T* dy, T* dw) {                \
    return (kernel).dtype.conv2d_backward_kernel(g, x, dy, dw);                                                        \
  }                                                                                                                    \
  int cnnspec_conv2d_backward_bias_##dtype(const cnnspec_conv2d* g, const T* dy, T* db) {                              \
    return (kernel).dtype.conv2d_backward_bias(g, dy, db);                                                             \
  }                                                                                                                    \
  int cnnspec_max_pool2d_forward_##dtype(const cnnspec_pool2d* g, const T* x, T* y) {                                  \
    return (kernel).dtype.max_pool2d_forward(g, x, y);                                                                 \
  }                                                                                                                    \
  int cnnspec_max_pool2d_backward_##dtype(const cnnspec_pool2d* g, const T* x, const T* dy, T* dx) {                   \
    return (kernel).dtype.max_pool2d_backward(g, x, dy, dx);                                                           \
  }                                                                                                                    \
  int cnnspec_relu_forward_##dtype(const cnnspec_elementwise* g, const T* x, T* y) {                                   \
    return (kernel).dtype.relu_forward(g, x, y);                                                                       \
  }                                                                                                                    \
  int cnnspec_relu_backward_##dtype(const cnnspec_elementwise* g, const T* x, const T* dy, T* dx) {                    \
    return (kernel).dtype.relu_backward(g, x, dy, dx);                                                                 \
  }                                                                                                                    \
  int cnnspec_linear_forward_##dtype(const cnnspec_linear* g, const T* x, const T* w, const T* b, T* y) {              \
    return (kernel).dtype.linear_forward(g, x, w, b, y);                                                               \
  }                                                                                                                    \
  int cnnspec_linear_backward_input_##dtype(const cnnspec_linear* g, const T* w, const T* dy, T* dx) {                 \
    return (kernel).dtype.linear_backward_input(g, w, dy, dx);                                                         \
  }                                                                                                                    \
  int cnnspec_linear_backward_weight_##dtype(const cnnspec_linear* g, const T* x, const T* dy, T* dw) {                \
    return (kernel).dtype.linear_backward_weight(g, x, dy, dw);                                                        \
  }                                                                                                                    \
  int cnnspec_linear_backward_bias_##dtype(const cnnspec_linear* g, const T* dy, T* db) {                              \
    return (kernel).dtype.linear_backward_bias(g, dy, db);                                                             \
  }

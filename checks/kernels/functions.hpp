// Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
//
// The functions of cnnspec/kernel.h, for code that visits all of them and must not depend on the registry.
#pragma once

#include "cnnspec/kernel.h"

/// X(dtype, operation, parameters, arguments), for tensors of T.
#define CNNSPEC_EACH_OPERATION(X, dtype, T)                                                                             \
  X(dtype, conv2d_forward, (const cnnspec_conv2d* problem, const T* x, const T* w, const T* b, T* y), (problem, x, w,   \
      b, y))                                                                                                            \
  X(dtype, conv2d_backward_input, (const cnnspec_conv2d* problem, const T* w, const T* dy, T* dx), (problem, w, dy,     \
      dx))                                                                                                              \
  X(dtype, conv2d_backward_kernel, (const cnnspec_conv2d* problem, const T* x, const T* dy, T* dw), (problem, x, dy,    \
      dw))                                                                                                              \
  X(dtype, conv2d_backward_bias, (const cnnspec_conv2d* problem, const T* dy, T* db), (problem, dy, db))                \
  X(dtype, max_pool2d_forward, (const cnnspec_pool2d* problem, const T* x, T* y), (problem, x, y))                      \
  X(dtype, max_pool2d_backward, (const cnnspec_pool2d* problem, const T* x, const T* dy, T* dx), (problem, x, dy, dx))  \
  X(dtype, relu_forward, (const cnnspec_elementwise* problem, const T* x, T* y), (problem, x, y))                       \
  X(dtype, relu_backward, (const cnnspec_elementwise* problem, const T* x, const T* dy, T* dx), (problem, x, dy, dx))   \
  X(dtype, linear_forward, (const cnnspec_linear* problem, const T* x, const T* w, const T* b, T* y), (problem, x, w,   \
      b, y))                                                                                                            \
  X(dtype, linear_backward_input, (const cnnspec_linear* problem, const T* w, const T* dy, T* dx), (problem, w, dy,     \
      dx))                                                                                                              \
  X(dtype, linear_backward_weight, (const cnnspec_linear* problem, const T* x, const T* dy, T* dw), (problem, x, dy,    \
      dw))                                                                                                              \
  X(dtype, linear_backward_bias, (const cnnspec_linear* problem, const T* dy, T* db), (problem, dy, db))                \
  X(dtype, avg_pool2d_forward, (const cnnspec_avg_pool2d* problem, const T* x, T* y), (problem, x, y))                  \
  X(dtype, avg_pool2d_backward, (const cnnspec_avg_pool2d* problem, const T* dy, T* dx), (problem, dy, dx))

/// X(dtype, T).
#define CNNSPEC_EACH_DTYPE(X)                                                                                           \
  X(f32, float)                                                                                                         \
  X(f64, double)                                                                                                        \
  X(f16, uint16_t)                                                                                                      \
  X(bf16, uint16_t)                                                                                                     \
  X(f8e4m3, uint8_t)                                                                                                    \
  X(f8e5m2, uint8_t)

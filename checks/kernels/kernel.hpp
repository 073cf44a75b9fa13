// A kernel under test: a name and the functions it has, wherever they come from (built in, or a shared library).
#pragma once

#include <cstdint>
#include <string>

#include "checks/layers/problems.hpp"
#include "checks/vocabulary/dtype.hpp"
#include "checks/vocabulary/problem.hpp"
#include "cnnspec/kernel.h"

namespace cnnspec::checks {

/// The twelve operations of cnnspec/kernel.h for one storage type; null: the kernel does not have it.
template <class T>
struct KernelFunctions {
  int (*conv2d_forward)(const cnnspec_conv2d*, const T* x, const T* w, const T* b, T* y) = nullptr;
  int (*conv2d_backward_input)(const cnnspec_conv2d*, const T* w, const T* dy, T* dx) = nullptr;
  int (*conv2d_backward_kernel)(const cnnspec_conv2d*, const T* x, const T* dy, T* dw) = nullptr;
  int (*conv2d_backward_bias)(const cnnspec_conv2d*, const T* dy, T* db) = nullptr;
  int (*max_pool2d_forward)(const cnnspec_pool2d*, const T* x, T* y) = nullptr;
  int (*max_pool2d_backward)(const cnnspec_pool2d*, const T* x, const T* dy, T* dx) = nullptr;
  int (*relu_forward)(const cnnspec_elementwise*, const T* x, T* y) = nullptr;
  int (*relu_backward)(const cnnspec_elementwise*, const T* x, const T* dy, T* dx) = nullptr;
  int (*linear_forward)(const cnnspec_linear*, const T* x, const T* w, const T* b, T* y) = nullptr;
  int (*linear_backward_input)(const cnnspec_linear*, const T* w, const T* dy, T* dx) = nullptr;
  int (*linear_backward_weight)(const cnnspec_linear*, const T* x, const T* dy, T* dw) = nullptr;
  int (*linear_backward_bias)(const cnnspec_linear*, const T* dy, T* db) = nullptr;
};

struct Kernel {
  std::string name, description;
  KernelFunctions<float> f32{};
  KernelFunctions<double> f64{};
  KernelFunctions<std::uint16_t> f16{}, bf16{};
};

/// `visit(op, function)` for each of the twelve; `function` is a reference to the pointer.
template <class Functions, class Visit>
void for_each_function(Functions& f, Visit visit) {
  visit(Op::conv2d_forward, f.conv2d_forward);
  visit(Op::conv2d_backward_input, f.conv2d_backward_input);
  visit(Op::conv2d_backward_kernel, f.conv2d_backward_kernel);
  visit(Op::conv2d_backward_bias, f.conv2d_backward_bias);
  visit(Op::max_pool2d_forward, f.max_pool2d_forward);
  visit(Op::max_pool2d_backward, f.max_pool2d_backward);
  visit(Op::relu_forward, f.relu_forward);
  visit(Op::relu_backward, f.relu_backward);
  visit(Op::linear_forward, f.linear_forward);
  visit(Op::linear_backward_input, f.linear_backward_input);
  visit(Op::linear_backward_weight, f.linear_backward_weight);
  visit(Op::linear_backward_bias, f.linear_backward_bias);
}

/// The same for the functions of one storage type. `K` is Kernel or const Kernel.
template <class K, class Visit>
void for_each_function(K& kernel, DType dtype, Visit visit) {
  switch (dtype) {
    case DType::f32:
      return for_each_function(kernel.f32, visit);
    case DType::f64:
      return for_each_function(kernel.f64, visit);
    case DType::f16:
      return for_each_function(kernel.f16, visit);
    case DType::bf16:
      return for_each_function(kernel.bf16, visit);
  }
}

bool has(const Kernel& kernel, Op op, DType dtype);

/// How many input tensors an operation has, an optional bias included: 1, 2 or 3.
int input_count(Op op);

/// Calls the kernel. `inputs` are in the order of cnnspec/kernel.h, a missing bias is null, and `problem` is of the
/// operation's family. Returns what the function returns; CNNSPEC_UNSUPPORTED where the kernel has no such function.
int call(const Kernel& kernel, Op op, DType dtype, const Problem& problem, const void* const inputs[], void* output);

}  // namespace cnnspec::checks

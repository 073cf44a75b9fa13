// A kernel under test: a name and functions, from anywhere (built in, or a shared library).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

#include "checks/kernels/functions.hpp"
#include "checks/vocabulary/dtype.hpp"
#include "checks/vocabulary/operations.hpp"
#include "checks/vocabulary/problem.hpp"
#include "cnnspec/kernel.h"

namespace cnnspec::checks {

/// The functions of cnnspec/kernel.h for one storage type; null: the kernel does not have it.
template <class T>
struct KernelFunctions {
#define CNNSPEC_MEMBER(dtype, operation, parameters, arguments) int(*operation) parameters = nullptr;
  CNNSPEC_EACH_OPERATION(CNNSPEC_MEMBER, , T)
#undef CNNSPEC_MEMBER
};

/// A function of any operation. The tensors are in the order of cnnspec/kernel.h.
using AnyFunction = std::function<int(const Problem&, const void* const inputs[], void* const outputs[])>;

struct Kernel {
  std::string name, description;
#define CNNSPEC_MEMBER(dtype, T) KernelFunctions<T> dtype{};
  CNNSPEC_EACH_DTYPE(CNNSPEC_MEMBER)
#undef CNNSPEC_MEMBER
  /// Functions of operations and storage types that the members above do not have.
  std::map<std::pair<Op, DType>, AnyFunction> others{};

  /// Adds a function with a signature as in cnnspec/kernel.h.
  template <class P, class... Tensors>
  void add(Op op, DType dtype, int (*function)(const P*, Tensors*...));
};

/// `visit(op, function)` for each function of one storage type; `function` is a reference to the pointer.
template <class Functions, class Visit>
void for_each_function(Functions& f, Visit visit) {
#define CNNSPEC_VISIT(dtype, operation, parameters, arguments) visit(Op::operation, f.operation);
  CNNSPEC_EACH_OPERATION(CNNSPEC_VISIT, , )
#undef CNNSPEC_VISIT
}

/// The same for the storage type `dtype` of a kernel. `K` is Kernel or const Kernel.
template <class K, class Visit>
void for_each_function(K& kernel, DType dtype, Visit visit) {
#define CNNSPEC_VISIT(name, T) \
  if (dtype == DType::name) for_each_function(kernel.name, visit);
  CNNSPEC_EACH_DTYPE(CNNSPEC_VISIT)
#undef CNNSPEC_VISIT
}

/// The name of the function in cnnspec/kernel.h.
inline std::string name_in_contract(Op op, DType dtype) {
  return std::string("cnnspec_") + name_in_contract(op) + "_" + name_of(dtype);
}

bool has(const Kernel& kernel, Op op, DType dtype);

/// The number of input tensors of an operation, with an optional one.
int input_count(Op op);

/// Calls the kernel. `inputs` and `outputs` are in the order of cnnspec/kernel.h; a missing tensor is null. `problem`
/// must belong to the operation's layer. Returns the function's return value, or CNNSPEC_UNSUPPORTED if the kernel has
/// no such function.
int call(const Kernel& kernel, Op op, DType dtype, const Problem& problem, const void* const inputs[],
         void* const outputs[]);

// ---- Functions of any signature: inputs are pointers to const, and come first ----

template <class... Tensors>
constexpr std::size_t count_inputs = (std::size_t{0} + ... + std::size_t{std::is_const_v<Tensors>});

/// Calls `f` with untyped tensors.
template <class P, class... Tensors>
int apply(int (*f)(const P*, Tensors*...), const Problem& problem, const void* const inputs[], void* const outputs[]) {
  const auto tensor = [&]<class T, std::size_t n>() -> T* {
    if constexpr (std::is_const_v<T>)
      return static_cast<T*>(inputs[n]);
    else
      return static_cast<T*>(outputs[n - count_inputs<Tensors...>]);
  };
  return [&]<std::size_t... n>(std::index_sequence<n...>) {
    return f(&problem.as<P>(), tensor.template operator()<Tensors, n>()...);
  }
  (std::index_sequence_for<Tensors...>());
}

template <class P, class... Tensors>
void Kernel::add(Op op, DType dtype, int (*function)(const P*, Tensors*...)) {
  others[{op, dtype}] = [function](const Problem& problem, const void* const inputs[], void* const outputs[]) {
    return apply(function, problem, inputs, outputs);
  };
}

}  // namespace cnnspec::checks

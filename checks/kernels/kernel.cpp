// Asking a kernel for a function by operation and storage type, and calling it with untyped buffers.
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

namespace {

template <class P, class T>
int apply(int (*f)(const P*, const T*, T*), const Problem& problem, const void* const in[], void* out) {
  return f(&problem.as<P>(), static_cast<const T*>(in[0]), static_cast<T*>(out));
}

template <class P, class T>
int apply(int (*f)(const P*, const T*, const T*, T*), const Problem& problem, const void* const in[], void* out) {
  return f(&problem.as<P>(), static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), static_cast<T*>(out));
}

template <class P, class T>
int apply(int (*f)(const P*, const T*, const T*, const T*, T*), const Problem& problem, const void* const in[],
          void* out) {
  return f(&problem.as<P>(), static_cast<const T*>(in[0]), static_cast<const T*>(in[1]),
           static_cast<const T*>(in[2]), static_cast<T*>(out));
}

template <class P, class... Buffers>
constexpr int inputs_of(int (*)(const P*, Buffers...)) {
  return sizeof...(Buffers) - 1;  // the last is the output
}

}  // namespace

bool has(const Kernel& kernel, Op op, DType dtype) {
  bool found = false;
  for_each_function(kernel, dtype, [&](Op candidate, auto function) {
    if (candidate == op) found = function != nullptr;
  });
  return found;
}

int input_count(Op op) {
  const KernelFunctions<float> functions;
  int count = 0;
  for_each_function(functions, [&](Op candidate, auto function) {
    if (candidate == op) count = inputs_of(function);
  });
  return count;
}

int call(const Kernel& kernel, Op op, DType dtype, const Problem& problem, const void* const inputs[], void* output) {
  int status = CNNSPEC_UNSUPPORTED;
  for_each_function(kernel, dtype, [&](Op candidate, auto function) {
    if (candidate == op && function != nullptr) status = apply(function, problem, inputs, output);
  });
  return status;
}

}  // namespace cnnspec::checks

// Looks up a kernel's function by operation and storage type, and calls it with untyped buffers.
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

namespace {

/// The function of an operation in the generated structs: `visit` gets the pointer.
template <class Visit>
void visit_function(const Kernel& kernel, Op op, DType dtype, Visit visit) {
  for_each_function(kernel, dtype, [&](Op candidate, auto function) {
    if (candidate == op) visit(function);
  });
}

template <class P, class... Tensors>
constexpr int inputs_of(int (*)(const P*, Tensors*...)) {
  return static_cast<int>(count_inputs<Tensors...>);
}

}  // namespace

bool has(const Kernel& kernel, Op op, DType dtype) {
  bool found = kernel.others.contains({op, dtype});
  visit_function(kernel, op, dtype, [&](auto function) { found = found || function != nullptr; });
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

int call(const Kernel& kernel, Op op, DType dtype, const Problem& problem, const void* const inputs[],
         void* const outputs[]) {
  if (const auto other = kernel.others.find({op, dtype}); other != kernel.others.end())
    return other->second(problem, inputs, outputs);
  int status = CNNSPEC_UNSUPPORTED;
  visit_function(kernel, op, dtype, [&](auto function) {
    if (function != nullptr) status = apply(function, problem, inputs, outputs);
  });
  return status;
}

}  // namespace cnnspec::checks

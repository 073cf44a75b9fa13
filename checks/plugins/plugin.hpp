// A plug-in: a kernel that comes with cnnspec, in a shared library of its own, so that what it is linked with is not in
// the way of anybody else's. It exports cnnspec/kernel.h as every kernel does, and a word about itself. A new one is
// one file here that ends with CNNSPEC_PLUGIN_FUNCTIONS, a line in checks/CMakeLists.txt, and one in
// checks/kernels/built_in.cpp.
#pragma once

#pragma GCC visibility push(default)
#include "cnnspec/kernel.h"
#pragma GCC visibility pop

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// The kernel of this plug-in, which defines it.
const Kernel& plugin_kernel();

/// Whether it has the function of that name in cnnspec/kernel.h.
inline bool plugin_kernel_has(const std::string& name) {
  bool found = false;
  for (const DTypeRow& row : dtype_rows)
    for_each_function(plugin_kernel(), row.dtype, [&](Op op, auto function) {
      found = found || (function != nullptr && name == name_in_contract(op, row.dtype));
    });
  return found;
}

}  // namespace cnnspec::checks

#pragma GCC visibility push(default)

extern "C" {
/// What it is, or which version of what it calls.
const char* cnnspec_plugin_description();
/// Null, or why it cannot be used with the library that it calls, which may be another one than it was built with.
/// Nothing else is called then.
const char* cnnspec_plugin_unsuitable();
/// Called once, before the processes are forked that call the kernel: what is the same in all of them, whatever they
/// compute, such as code that is generated once. May be left out.
void cnnspec_plugin_prepare();
/// Whether its kernel has the function of that name. It exports all, and those that it does not have return
/// CNNSPEC_UNSUPPORTED.
int cnnspec_plugin_has(const char* function);
}
#pragma GCC visibility pop

// Exports all functions of the contract.
#define CNNSPEC_PLUGIN_FUNCTION(dtype, operation, parameters, arguments)    \
  int cnnspec_##operation##_##dtype parameters {                            \
    const auto function = cnnspec::checks::plugin_kernel().dtype.operation; \
    return function == nullptr ? CNNSPEC_UNSUPPORTED : function arguments;  \
  }
#define CNNSPEC_PLUGIN_FUNCTIONS_OF(dtype, T) CNNSPEC_EACH_OPERATION(CNNSPEC_PLUGIN_FUNCTION, dtype, T)
#define CNNSPEC_PLUGIN_FUNCTIONS                                                                        \
  int cnnspec_plugin_has(const char* function) { return cnnspec::checks::plugin_kernel_has(function); } \
  CNNSPEC_EACH_DTYPE(CNNSPEC_PLUGIN_FUNCTIONS_OF)

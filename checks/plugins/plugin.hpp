// A plug-in: a kernel that comes with cnnspec, in a separate shared library, so that its dependencies do not conflict
// with others. It exports cnnspec/kernel.h like every kernel, and a description of itself. To add a plug-in, add a file
// here that ends with CNNSPEC_PLUGIN_FUNCTIONS, a line in checks/CMakeLists.txt, and a line in
// checks/kernels/built_in.cpp.
#pragma once

#pragma GCC visibility push(default)
#include "cnnspec/kernel.h"
#pragma GCC visibility pop

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// The kernel of this plug-in; each plug-in defines this function.
const Kernel& plugin_kernel();

/// Whether the kernel has the function of that name in cnnspec/kernel.h.
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
/// A description of the kernel, or the version of the library that it calls.
const char* cnnspec_plugin_description();
/// Null, or the reason why the plug-in cannot be used with the library that it calls, which may not be the one it was
/// built with. In that case no other function is called.
const char* cnnspec_plugin_unsuitable();
/// Called once, before the processes that call the kernel are forked. It prepares what is the same in all of them, such
/// as code that is generated once. Optional.
void cnnspec_plugin_prepare();
/// Whether the kernel has the function of that name. The plug-in exports all functions; those that the kernel does not
/// have return CNNSPEC_UNSUPPORTED.
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

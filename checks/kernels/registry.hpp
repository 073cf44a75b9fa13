// Kernels by name or path, in this process: for tests, benchmarks and programs that call them. The judge has them
// called elsewhere (host/open_kernel.hpp).
#pragma once

#include <string>

#include "checks/kernels/built_in.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// The kernel of a name (a built-in one, or a variant of im2col) or of the path of a shared library. Throws UsageError
/// if it is neither, if the built-in kernel was left out of this build, or for what load_kernel finds wrong.
Kernel find_kernel(const std::string& name_or_path);

}  // namespace cnnspec::checks

// Kernels by name or path, in this process: for tests, benchmarks and programs that call them. The judge calls them in
// other processes (host/open_kernel.hpp).
#pragma once

#include <string>

#include "checks/kernels/built_in.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// The kernel with this name (a built-in one, or a variant of im2col) or in the shared library with this path. Throws
/// UsageError if it is neither, if the built-in kernel was left out of this build, or for any fault that load_kernel
/// finds.
Kernel find_kernel(const std::string& name_or_path);

}  // namespace cnnspec::checks

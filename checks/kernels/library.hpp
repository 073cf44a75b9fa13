// Kernels in shared libraries, which a user writes against cnnspec/kernel.h, loaded into this process. (The judge never
// loads them into its own process: see host/library_kernel.hpp.)
#pragma once

#include <string>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Loads a shared library and takes every function of cnnspec/kernel.h that it exports. Throws UsageError if there is
/// no such file, if it is not a shared library, if it needs a library that is missing, if its ABI is missing or
/// different, or if it exports no operation.
Kernel load_kernel(const std::string& path);

}  // namespace cnnspec::checks

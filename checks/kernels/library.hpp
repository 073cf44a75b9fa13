// Kernels in shared libraries: what a user writes against cnnspec/kernel.h; loaded into this process. (The judge never
// does that: host/library_kernel.hpp.)
#pragma once

#include <string>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Loads a shared library and takes every function of cnnspec/kernel.h that it exports. Throws UsageError if there is
/// no such file, it is no shared library or lacks a library it needs, does not say its ABI or has another one, or
/// exports no operation.
Kernel load_kernel(const std::string& path);

}  // namespace cnnspec::checks

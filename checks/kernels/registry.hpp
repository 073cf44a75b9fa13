// The kernels that come with cnnspec, and how a kernel is named on the command line.
#pragma once

#include <string>
#include <vector>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

struct BuiltInKernel {
  std::string name, description;
  std::string absent_because;  // empty: it is there
};

/// For the list that `cnnspec kernels` shows. The variants of im2col are not in it.
std::vector<BuiltInKernel> built_in_kernels();

/// The kernel of a name (a built-in one, or a variant of im2col) or of the path of a shared library. Throws UsageError
/// if it is neither, if the built-in kernel was left out of this build, or for what load_kernel finds wrong.
Kernel find_kernel(const std::string& name_or_path);

}  // namespace cnnspec::checks

// The kernels that come with cnnspec, each in its own plug-in library, and their names on the command line.
#pragma once

#include <string>
#include <vector>

namespace cnnspec::checks {

struct BuiltInKernel {
  std::string name, description;
  std::string absent_because;  // empty: the kernel is present
  bool calls_library = false;  // it calls a library, which can be replaced by another one
};

/// For the list of `cnnspec kernels`. It does not contain the variants of im2col.
std::vector<BuiltInKernel> built_in_kernels();

/// Whether it is a built-in kernel, or a variant of one.
bool is_built_in_kernel(const std::string& name);

/// The path of the plug-in library of a built-in kernel. Throws UsageError if the library is missing.
std::string plugin_of(const std::string& name);

/// Throws UsageError unless the text can be a path. `what`: what is expected besides the names.
void require_path(const std::string& name_or_path, const std::string& what);

}  // namespace cnnspec::checks

// The kernels that come with cnnspec, each a plug-in library of its own, and how a kernel is named on the command line.
#pragma once

#include <string>
#include <vector>

namespace cnnspec::checks {

struct BuiltInKernel {
  std::string name, description;
  std::string absent_because;  // empty: it is there
  bool calls_library = false;  // another one, in place of which one may be given
};

/// For the list that `cnnspec kernels` shows. The variants of im2col are not in it.
std::vector<BuiltInKernel> built_in_kernels();

/// Whether it is one of these, or a variant of one.
bool is_built_in_kernel(const std::string& name);

/// The path of the plug-in library of a built-in kernel. Throws UsageError if it is not there.
std::string plugin_of(const std::string& name);

/// Throws UsageError unless it can be meant to be a path. `what`: is expected, beside the names.
void require_path(const std::string& name_or_path, const std::string& what);

}  // namespace cnnspec::checks

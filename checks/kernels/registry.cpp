// The built-in kernels by name. A new adapter is one file, and its line in `built_in_kernels` and `find_kernel`.
#include "checks/kernels/registry.hpp"

#include <filesystem>

#include "checks/kernels/im2col.hpp"
#include "checks/kernels/library.hpp"
#include "checks/kernels/onednn.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {

std::vector<BuiltInKernel> built_in_kernels() {
  return {{"im2col", im2col_variant(LoopOrder::blocked, false).description, ""},
          {"onednn", "oneDNN, the library of many frameworks' CPU kernels", onednn_absent_because()}};
}

Kernel find_kernel(const std::string& name_or_path) {
  for (const LoopOrder order : {LoopOrder::blocked, LoopOrder::ijk, LoopOrder::ikj})
    for (const bool fma : {false, true})
      if (Kernel kernel = im2col_variant(order, fma); kernel.name == name_or_path) return kernel;
  if (name_or_path == "onednn") {
    if (const std::string reason = onednn_absent_because(); !reason.empty())
      throw UsageError(name_or_path, "", "a kernel that is built in", "none: " + reason);
    return onednn_kernel();
  }
  // Something with a slash or a suffix is meant to be a file, and the loader says what is wrong with it.
  const std::filesystem::path path = name_or_path;
  std::error_code ignored;
  if (path.has_parent_path() || path.has_extension() || std::filesystem::exists(path, ignored))
    return load_kernel(name_or_path);
  std::string names;
  for (const BuiltInKernel& kernel : built_in_kernels()) names += kernel.name + ", ";
  throw UsageError("kernel", "", names + "or the path of a shared library", "\"" + name_or_path + "\"");
}

}  // namespace cnnspec::checks

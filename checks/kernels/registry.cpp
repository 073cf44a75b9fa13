#include "checks/kernels/registry.hpp"

#include "checks/kernels/im2col.hpp"
#include "checks/kernels/library.hpp"

namespace cnnspec::checks {

Kernel find_kernel(const std::string& name_or_path) {
  for (const LoopOrder order : {LoopOrder::blocked, LoopOrder::ijk, LoopOrder::ikj})
    for (const bool fma : {false, true})
      if (Kernel kernel = im2col_variant(order, fma); kernel.name == name_or_path) return kernel;
  if (is_built_in_kernel(name_or_path)) return load_kernel(plugin_of(name_or_path));
  require_path(name_or_path, "or the path of a shared library");
  return load_kernel(name_or_path);
}

}  // namespace cnnspec::checks

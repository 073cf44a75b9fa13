// im2col as a plug-in: the build selects one of its variants.
#include "checks/kernels/im2col.hpp"

#include "checks/plugins/plugin.hpp"

namespace cnnspec::checks {

const Kernel& plugin_kernel() {
  static const Kernel kernel = im2col_variant(LoopOrder::CNNSPEC_LOOP_ORDER, CNNSPEC_FMA);
  return kernel;
}

}  // namespace cnnspec::checks

#pragma GCC visibility push(default)
extern "C" {
int cnnspec_kernel_abi() { return CNNSPEC_KERNEL_ABI; }
const char* cnnspec_kernel_name() { return cnnspec::checks::plugin_kernel().name.c_str(); }
const char* cnnspec_plugin_description() { return cnnspec::checks::plugin_kernel().description.c_str(); }
const char* cnnspec_plugin_unsuitable() { return nullptr; }
CNNSPEC_PLUGIN_FUNCTIONS
}
#pragma GCC visibility pop

// im2col as a plug-in: one of its variants, chosen by the build.
#include "checks/kernels/im2col.hpp"

#include "checks/plugins/plugin.hpp"

namespace {

const cnnspec::checks::Kernel& chosen() {
  static const cnnspec::checks::Kernel kernel =
      cnnspec::checks::im2col_variant(cnnspec::checks::LoopOrder::CNNSPEC_LOOP_ORDER, CNNSPEC_FMA);
  return kernel;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {
int cnnspec_kernel_abi() { return CNNSPEC_KERNEL_ABI; }
const char* cnnspec_kernel_name() { return chosen().name.c_str(); }
const char* cnnspec_plugin_description() { return chosen().description.c_str(); }
const char* cnnspec_plugin_unsuitable() { return nullptr; }
CNNSPEC_PLUGIN_FUNCTIONS(chosen(), f32, float)
CNNSPEC_PLUGIN_FUNCTIONS(chosen(), f64, double)
CNNSPEC_PLUGIN_FUNCTIONS(chosen(), f16, uint16_t)
CNNSPEC_PLUGIN_FUNCTIONS(chosen(), bf16, uint16_t)
}
#pragma GCC visibility pop

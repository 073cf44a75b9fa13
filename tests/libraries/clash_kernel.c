/* A kernel that needs libclash.so.CLASH_VERSION, and is wrong with the other version. */
#include <cnnspec/kernel.h>

int clash_scale(void);

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  const float scale = clash_scale() == CLASH_VERSION ? 1 : 3;
  for (int64_t i = 0; i < g->count; ++i) y[i] = x[i] <= 0 ? 0 : scale * x[i];
  return CNNSPEC_DONE;
}

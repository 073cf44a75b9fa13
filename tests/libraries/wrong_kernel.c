/* A kernel with a known mistake, for the tests of the command line: db is the gradient of the first image, not the sum
 * over the batch. It declines relu, and has no other function. */
#include <cnnspec/kernel.h>

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

int cnnspec_linear_backward_bias_f32(const cnnspec_linear *g, const float *dy, float *db) {
  for (int64_t o = 0; o < g->out_features; ++o) db[o] = dy[o];
  return CNNSPEC_DONE;
}

int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  (void)g, (void)x, (void)y;
  return CNNSPEC_UNSUPPORTED;
}

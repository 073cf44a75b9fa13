/* Libraries that are almost kernels, for the tests of the loader: each is this file with another macro. */
#include <cnnspec/kernel.h>

#if defined(WRONG_ABI)
int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI + 6; }
#elif !defined(NO_ABI)
int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }
#endif

#if defined(ODD_NAME)
const char* cnnspec_kernel_name(void) { return "two\nlines\x1b[31m"; }
#endif

#if !defined(NO_OPERATION)
int cnnspec_relu_forward_f64(const cnnspec_elementwise* g, const double* x, double* y) {
  for (int64_t i = 0; i < g->count; ++i) y[i] = x[i] <= 0 ? 0 : x[i];
  return CNNSPEC_DONE;
}
/* Declines every problem. */
int cnnspec_relu_backward_bf16(const cnnspec_elementwise* g, const uint16_t* x, const uint16_t* dy, uint16_t* dx) {
  (void)g, (void)x, (void)dy, (void)dx;
  return CNNSPEC_UNSUPPORTED;
}
#endif

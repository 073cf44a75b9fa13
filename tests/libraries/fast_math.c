/* A kernel that is compiled and linked with -ffast-math. It is right, but a process that loads it flushes
 * subnormals to zero from then on. A judge in the same process would flush its own results too, and notice nothing. */
#include <cnnspec/kernel.h>
#include <stddef.h>

#if defined(__x86_64__) && (defined(__clang__) || __GNUC__ >= 13)
#include <xmmintrin.h>
/* The same as GCC's crtfastmath.o, which newer compilers do not link into shared libraries. */
__attribute__((constructor)) static void set_fast_math(void) {
  const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x40;
  _mm_setcsr(_mm_getcsr() | flush_to_zero | denormals_are_zero);
}
#endif

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

int cnnspec_linear_forward_f64(const cnnspec_linear *g, const double *x, const double *w, const double *b, double *y) {
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) {
      double sum = b == NULL ? 0 : b[o];
      for (int64_t i = 0; i < g->in_features; ++i) sum += x[n * g->in_features + i] * w[o * g->in_features + i];
      y[n * g->out_features + o] = sum;
    }
  return CNNSPEC_DONE;
}

int cnnspec_linear_backward_input_f64(const cnnspec_linear *g, const double *w, const double *dy, double *dx) {
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t i = 0; i < g->in_features; ++i) {
      double sum = 0;
      for (int64_t o = 0; o < g->out_features; ++o) sum += w[o * g->in_features + i] * dy[n * g->out_features + o];
      dx[n * g->in_features + i] = sum;
    }
  return CNNSPEC_DONE;
}

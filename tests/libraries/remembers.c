/* Kernels that keep something from call to call, each with one mistake that a single call does not show. */
#include <cnnspec/kernel.h>
#include <stddef.h>

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

/* It keeps the length of its first call. */
int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  static int64_t first;
  if (first == 0) first = g->count;
  for (int64_t i = 0; i < g->count; ++i) y[i] = x[i] > 0 && i < first ? x[i] : 0;
  return CNNSPEC_DONE;
}

/* It is right for ten calls. */
int cnnspec_relu_backward_f32(const cnnspec_elementwise *g, const float *x, const float *dy, float *dx) {
  static int calls;
  const float wrong = ++calls > 10 ? 1 : 0;
  for (int64_t i = 0; i < g->count; ++i) dx[i] = (x[i] > 0 ? dy[i] : 0) + wrong;
  return CNNSPEC_DONE;
}

/* It returns the answer to the call before where that had the same shape. */
int cnnspec_linear_forward_f32(const cnnspec_linear *g, const float *x, const float *w, const float *b, float *y) {
  enum { most = 1 << 16 };
  static float answer[most];
  static cnnspec_linear before;
  const int64_t count = g->batch * g->out_features;
  const int same = before.batch == g->batch && before.in_features == g->in_features &&
                   before.out_features == g->out_features;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) {
      float sum = b == NULL ? 0 : b[o];
      for (int64_t i = 0; i < g->in_features; ++i) sum += x[n * g->in_features + i] * w[o * g->in_features + i];
      const int64_t at = n * g->out_features + o;
      y[at] = same && count <= most ? answer[at] : sum;
      if (count <= most) answer[at] = sum;
    }
  before = *g;
  return CNNSPEC_DONE;
}

/* Right, but max pooling of a square window leaves a mode on in which linear's bias gradient is doubled. */
static int mode;
int cnnspec_max_pool2d_forward_f32(const cnnspec_pool2d *g, const float *x, float *y) {
  (void)x, (void)y;
  mode = g->kernel_height == g->kernel_width && g->kernel_height > 1;
  return CNNSPEC_UNSUPPORTED;
}
int cnnspec_linear_backward_bias_f32(const cnnspec_linear *g, const float *dy, float *db) {
  for (int64_t o = 0; o < g->out_features; ++o) {
    db[o] = 0;
    for (int64_t n = 0; n < g->batch; ++n) db[o] += dy[n * g->out_features + o];
    if (mode) db[o] *= 2;
  }
  return CNNSPEC_DONE;
}

/* A kernel with a mistake of every kind that the judge distinguishes, to test the display of failures. Each function
 * names its mistake. The only other functions are two that are right where they do not decline. */
#include <cnnspec/kernel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }

/* wrong-value: a convolution in the mathematical sense, with the kernel flipped. */
int cnnspec_conv2d_forward_f32(const cnnspec_conv2d *g, const float *x, const float *w, const float *b, float *y) {
  const int64_t C = g->in_channels / g->groups, O = g->out_channels / g->groups, H = g->in_height, W = g->in_width;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_channels; ++o)
      for (int64_t i = 0; i < g->out_height; ++i)
        for (int64_t j = 0; j < g->out_width; ++j) {
          float sum = b == NULL ? 0 : b[o];
          for (int64_t c = 0; c < C; ++c)
            for (int64_t p = 0; p < g->kernel_height; ++p)
              for (int64_t q = 0; q < g->kernel_width; ++q) {
                const int64_t h = i * g->stride_height + p * g->dilation_height - g->pad_top;
                const int64_t v = j * g->stride_width + q * g->dilation_width - g->pad_left;
                if (h < 0 || h >= H || v < 0 || v >= W) continue;
                const int64_t flipped = (g->kernel_height - p) * g->kernel_width - q - 1;
                sum += x[((n * g->in_channels + o / O * C + c) * H + h) * W + v] *
                       w[(o * C + c) * g->kernel_height * g->kernel_width + flipped];
              }
          y[((n * g->out_channels + o) * g->out_height + i) * g->out_width + j] = sum;
        }
  return CNNSPEC_DONE;
}

/* kernel-error, where there are groups. */
int cnnspec_conv2d_backward_bias_f32(const cnnspec_conv2d *g, const float *dy, float *db) {
  if (g->groups > 1) return 7;
  const int64_t plane = g->out_height * g->out_width;
  for (int64_t o = 0; o < g->out_channels; ++o) {
    db[o] = 0;
    for (int64_t n = 0; n < g->batch; ++n)
      for (int64_t e = 0; e < plane; ++e) db[o] += dy[(n * g->out_channels + o) * plane + e];
  }
  return CNNSPEC_DONE;
}

/* out-of-bounds: one element too many. */
int cnnspec_max_pool2d_forward_f32(const cnnspec_pool2d *g, const float *x, float *y) {
  const int64_t count = g->batch * g->channels * g->out_height * g->out_width;
  for (int64_t e = 0; e <= count; ++e) y[e] = x[0];
  return CNNSPEC_DONE;
}

/* hang, on every eighth length. */
int cnnspec_relu_forward_f32(const cnnspec_elementwise *g, const float *x, float *y) {
  volatile int64_t rest = g->count % 8;
  while (rest == 0) continue;
  for (int64_t i = 0; i < g->count; ++i) y[i] = x[i] > 0 ? x[i] : 0;
  return CNNSPEC_DONE;
}

/* input-modified. */
int cnnspec_relu_backward_f32(const cnnspec_elementwise *g, const float *x, const float *dy, float *dx) {
  for (int64_t i = 0; i < g->count; ++i) dx[i] = x[i] > 0 ? dy[i] : 0;
  ((float *)x)[0] += 1;
  return CNNSPEC_DONE;
}

/* nondeterministic: it counts its calls. */
int cnnspec_relu_forward_f64(const cnnspec_elementwise *g, const double *x, double *y) {
  static int calls;
  for (int64_t i = 0; i < g->count; ++i) y[i] = x[i] > 0 ? x[i] : 0;
  y[0] += ++calls;
  return CNNSPEC_DONE;
}

/* Truncates to the 11 digits of TF32. */
static float tf32(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  bits &= 0xffffe000u;
  memcpy(&v, &bits, sizeof bits);
  return v;
}

/* wrong-value: it behaves like tf32. */
int cnnspec_linear_forward_f32(const cnnspec_linear *g, const float *x, const float *w, const float *b, float *y) {
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_features; ++o) {
      float sum = b == NULL ? 0 : b[o];
      for (int64_t i = 0; i < g->in_features; ++i)
        sum += tf32(x[n * g->in_features + i]) * tf32(w[o * g->in_features + i]);
      y[n * g->out_features + o] = sum;
    }
  return CNNSPEC_DONE;
}

/* Right, but it declines more than one image. */
int cnnspec_linear_backward_input_f32(const cnnspec_linear *g, const float *w, const float *dy, float *dx) {
  if (g->batch > 1) return CNNSPEC_UNSUPPORTED;
  for (int64_t i = 0; i < g->in_features; ++i) {
    dx[i] = 0;
    for (int64_t o = 0; o < g->out_features; ++o) dx[i] += w[o * g->in_features + i] * dy[o];
  }
  return CNNSPEC_DONE;
}

/* unwritten-output: the last row. */
int cnnspec_linear_backward_weight_f32(const cnnspec_linear *g, const float *x, const float *dy, float *dw) {
  for (int64_t o = 0; o + 1 < g->out_features; ++o)
    for (int64_t i = 0; i < g->in_features; ++i) {
      float sum = 0;
      for (int64_t n = 0; n < g->batch; ++n) sum += dy[n * g->out_features + o] * x[n * g->in_features + i];
      dw[o * g->in_features + i] = sum;
    }
  return CNNSPEC_DONE;
}

/* crash, with a message, from the third image on. */
int cnnspec_linear_backward_bias_f32(const cnnspec_linear *g, const float *dy, float *db) {
  if (g->batch > 2) {
    fputs("assertion failed: batch <= 2\n", stderr);
    abort();
  }
  for (int64_t o = 0; o < g->out_features; ++o) {
    db[o] = 0;
    for (int64_t n = 0; n < g->batch; ++n) db[o] += dy[n * g->out_features + o];
  }
  return CNNSPEC_DONE;
}

/* Declines every problem. */
int cnnspec_max_pool2d_backward_f64(const cnnspec_pool2d *g, const double *x, const double *dy, double *dx) {
  (void)g, (void)x, (void)dy, (void)dx;
  return CNNSPEC_UNSUPPORTED;
}

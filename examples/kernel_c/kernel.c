/* A kernel for cnnspec to judge: a forward convolution in single precision. Replace the loops by your fast ones. */
#include <cnnspec/kernel.h>

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }
const char* cnnspec_kernel_name(void) { return "kernel_c"; }

static int64_t tap_at(const cnnspec_conv2d* g, int64_t p, int64_t q) {
#ifdef MISTAKE
  return (g->kernel_height - 1 - p) * g->kernel_width + (g->kernel_width - 1 - q);
#else
  return p * g->kernel_width + q;
#endif
}

/* The part of the sum at output position (i, j) of an output channel that comes from one input channel of its group. */
static float taps_of_channel(const cnnspec_conv2d* g, const float* x, const float* w, int64_t i, int64_t j) {
  float sum = 0;
  for (int64_t p = 0; p < g->kernel_height; ++p) {
    const int64_t row = i * g->stride_height + p * g->dilation_height - g->pad_top;
    if (row < 0 || row >= g->in_height) continue; /* padding */
    for (int64_t q = 0; q < g->kernel_width; ++q) {
      const int64_t column = j * g->stride_width + q * g->dilation_width - g->pad_left;
      if (column < 0 || column >= g->in_width) continue; /* padding */
      sum += w[tap_at(g, p, q)] * x[row * g->in_width + column];
    }
  }
  return sum;
}

int cnnspec_conv2d_forward_f32(const cnnspec_conv2d* g, const float* x, const float* w, const float* b, float* y) {
  const int64_t in_channels = g->in_channels / g->groups, out_channels = g->out_channels / g->groups;
  const int64_t in_plane = g->in_height * g->in_width, kernel_plane = g->kernel_height * g->kernel_width;
  for (int64_t n = 0; n < g->batch; ++n)
    for (int64_t o = 0; o < g->out_channels; ++o) {
      const int64_t first_channel = n * g->in_channels + o / out_channels * in_channels;
      for (int64_t i = 0; i < g->out_height; ++i)
        for (int64_t j = 0; j < g->out_width; ++j) {
          float sum = b ? b[o] : 0;
          for (int64_t c = 0; c < in_channels; ++c)
            sum +=
                taps_of_channel(g, x + (first_channel + c) * in_plane, w + (o * in_channels + c) * kernel_plane, i, j);
          *y++ = sum;
        }
    }
  return CNNSPEC_DONE;
}

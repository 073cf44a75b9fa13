/* The contract between cnnspec and a kernel under test. ABI 1. Plain C11; compiles as C and as C++.
 *
 * Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
 *
 * A kernel is a shared library that exports cnnspec_kernel_abi and any of the functions declared below. Functions that
 * it does not export are not judged. To judge it:
 *
 *     cnnspec judge ./libmykernel.so
 *
 * A kernel must write every element of its outputs, whatever they held before. It must write nothing else, and leave
 * its inputs as they are. It returns
 *     0               done
 *     1               this configuration is not supported: not a failure, but counted and shown
 *     anything else   the kernel's own error: a failure
 *
 * Each tensor is aligned for its element type, and no more. During a call, the memory next to a tensor cannot be
 * accessed: read nothing outside a tensor, even if you ignore what you read. Unsigned integers hold bit patterns;
 * int64_t holds numbers.
 *
 * The functions are called in a child process of the judge: one call at a time, in any order, any number of times. Any
 * call may be the first one in a fresh process. A call may leave something behind that helps a later call, but no call
 * may depend on it.
 *
 * All tensors are dense and row-major; x and y of images are NCHW. Dilation 1 is dense. The sizes along an axis of a
 * window satisfy out = (in + pad_before + pad_after - (dilation*(kernel-1) + 1)) / stride + 1, rounded down.
 *
 * conv2d: w is OIHW with in_channels/groups input channels. Cross-correlation, as in every deep-learning framework:
 *   the filter is not flipped.
 * max_pool2d: padding never wins; the first of tied cells in row-major window order wins; a NaN cell replaces the
 *   best.
 * relu: y = x <= 0 ? 0 : x and dx = x <= 0 ? 0 : dy.
 * linear: w is [out, in].
 * avg_pool2d: taps in the padding add 0. The sum is divided by divisor_override unless that is 0, else by the number
 *   of the window's taps in the image and, with count_include_pad, in its padding. With ceil_mode the sizes are
 *   rounded up, but no window begins in the bottom or right padding. Taps beyond the padding do not count.
 */
#ifndef CNNSPEC_KERNEL_H
#define CNNSPEC_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CNNSPEC_KERNEL_ABI 1

#define CNNSPEC_DONE 0
#define CNNSPEC_UNSUPPORTED 1

typedef struct {
  int64_t batch, groups, in_channels, in_height, in_width, out_channels, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
} cnnspec_conv2d;

typedef struct {
  int64_t batch, channels, in_height, in_width, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
} cnnspec_pool2d;

typedef struct {
  int64_t count;
} cnnspec_elementwise;

typedef struct {
  int64_t batch, in_features, out_features;
} cnnspec_linear;

typedef struct {
  int64_t batch, channels, in_height, in_width, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  int64_t count_include_pad; /* 0 or 1 */
  int64_t ceil_mode; /* 0 or 1 */
  int64_t divisor_override;
} cnnspec_avg_pool2d;

/* Required: returns CNNSPEC_KERNEL_ABI. */
int cnnspec_kernel_abi(void);
/* Optional: a name for reports. */
const char *cnnspec_kernel_name(void);

/* The operations, once for each storage type. Optional tensors, NULL if missing: `b`. */
#define CNNSPEC_DECLARE_KERNELS(suffix, T)                                                                              \
  int cnnspec_conv2d_forward_##suffix(const cnnspec_conv2d *, const T *x, const T *w, const T *b, T *y);                \
  int cnnspec_conv2d_backward_input_##suffix(const cnnspec_conv2d *, const T *w, const T *dy, T *dx);                   \
  int cnnspec_conv2d_backward_kernel_##suffix(const cnnspec_conv2d *, const T *x, const T *dy, T *dw);                  \
  int cnnspec_conv2d_backward_bias_##suffix(const cnnspec_conv2d *, const T *dy, T *db);                                \
  int cnnspec_max_pool2d_forward_##suffix(const cnnspec_pool2d *, const T *x, T *y);                                    \
  int cnnspec_max_pool2d_backward_##suffix(const cnnspec_pool2d *, const T *x, const T *dy, T *dx);                     \
  int cnnspec_relu_forward_##suffix(const cnnspec_elementwise *, const T *x, T *y);                                     \
  int cnnspec_relu_backward_##suffix(const cnnspec_elementwise *, const T *x, const T *dy, T *dx);                      \
  int cnnspec_linear_forward_##suffix(const cnnspec_linear *, const T *x, const T *w, const T *b, T *y);                \
  int cnnspec_linear_backward_input_##suffix(const cnnspec_linear *, const T *w, const T *dy, T *dx);                   \
  int cnnspec_linear_backward_weight_##suffix(const cnnspec_linear *, const T *x, const T *dy, T *dw);                  \
  int cnnspec_linear_backward_bias_##suffix(const cnnspec_linear *, const T *dy, T *db);                                \
  int cnnspec_avg_pool2d_forward_##suffix(const cnnspec_avg_pool2d *, const T *x, T *y);                                \
  int cnnspec_avg_pool2d_backward_##suffix(const cnnspec_avg_pool2d *, const T *dy, T *dx);

CNNSPEC_DECLARE_KERNELS(f32, float)
CNNSPEC_DECLARE_KERNELS(f64, double)
CNNSPEC_DECLARE_KERNELS(f16, uint16_t)   /* IEEE 754 binary16 bit patterns */
CNNSPEC_DECLARE_KERNELS(bf16, uint16_t)  /* bfloat16 bit patterns */
CNNSPEC_DECLARE_KERNELS(f8e4m3, uint8_t) /* OCP E4M3, finite only bit patterns */
CNNSPEC_DECLARE_KERNELS(f8e5m2, uint8_t) /* OCP E5M2 bit patterns */

#ifdef __cplusplus
}
#endif

#endif

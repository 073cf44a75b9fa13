/* The contract between cnnspec and a kernel under test. ABI 1. Plain C11; compiles as C and as C++.
 *
 * A kernel is a shared library that exports cnnspec_kernel_abi and any subset of the functions declared below. What it
 * does not export is not judged. It is then judged with
 *
 *     cnnspec judge ./libmykernel.so
 *
 * Layouts: x and y are NCHW; w is OIHW with in_channels/groups input channels; linear w is [out, in]. Everything is dense
 * and row-major. Cross-correlation, as in every deep-learning framework: the filter is not flipped. Dilation 1 is dense.
 * The sizes agree: out = (in + pad_before + pad_after - (dilation*(kernel-1) + 1)) / stride + 1, rounded down.
 *
 * A kernel must write every element of its outputs, whatever they held before; write nothing else; leave its inputs as
 * they are; and return
 *     0               done
 *     1               this configuration is not supported: not a failure, but counted and shown
 *     anything else   the kernel's own error: a failure
 *
 * Each tensor is aligned for its element type, and no more. While it is judged it lies next to memory that cannot be
 * accessed: read nothing outside it, not even to ignore it. uint16_t tensors hold bit patterns, not integers.
 *
 * The functions are called in a child process of the judge: one call at a time, in any order, any number of times, and
 * each perhaps in a fresh process. What a call leaves behind may help a later one, which must not depend on it.
 *
 * max_pool2d: padding never wins; the first of tied cells in row-major window order wins; a NaN cell replaces the best.
 * relu: y = x <= 0 ? 0 : x and dx = x <= 0 ? 0 : dy.
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
  int64_t batch, in_features, out_features;
} cnnspec_linear;

typedef struct {
  int64_t count;
} cnnspec_elementwise;

/* Required: returns CNNSPEC_KERNEL_ABI. */
int cnnspec_kernel_abi(void);
/* Optional: a name for reports. */
const char *cnnspec_kernel_name(void);

/* The twelve operations, once for each storage type. `b` may be NULL: no bias. */
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
  int cnnspec_linear_backward_bias_##suffix(const cnnspec_linear *, const T *dy, T *db);

CNNSPEC_DECLARE_KERNELS(f32, float)
CNNSPEC_DECLARE_KERNELS(f64, double)
CNNSPEC_DECLARE_KERNELS(f16, uint16_t)  /* IEEE 754 binary16 bit patterns */
CNNSPEC_DECLARE_KERNELS(bf16, uint16_t) /* bfloat16 bit patterns */

#ifdef __cplusplus
}
#endif

#endif

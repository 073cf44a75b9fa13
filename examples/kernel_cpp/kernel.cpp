// A kernel for cnnspec to judge: a convolution and its three gradients, written once and exported in single and double
// precision. Replace the loops by your fast ones.
#include <cnnspec/kernel.h>

#include <algorithm>

namespace {

// The output positions [first, last) along one axis at which a tap reads a cell of the input, not padding.
struct Span {
  int64_t first, last;
};

// The tap reads cell `position * stride + offset` of an axis with `in` cells and `out` output positions.
Span positions_inside(int64_t in, int64_t out, int64_t stride, int64_t offset) {
  const auto positions_before = [&](int64_t cell) {
    return std::min(out, cell <= offset ? 0 : (cell - offset + stride - 1) / stride);
  };
  return {positions_before(0), positions_before(in)};
}

// One tap along one row of the output: y[position] gets w[tap] * x[position * stride], for `length` positions.
struct Row {
  int64_t tap, x, y, length;  // x and y: where the row begins, as an index into the whole tensor
};

int64_t tap_at(const cnnspec_conv2d& g, int64_t p, int64_t q) {
#ifdef MISTAKE
  return (g.kernel_height - 1 - p) * g.kernel_width + (g.kernel_width - 1 - q);
#else
  return p * g.kernel_width + q;
#endif
}

// All rows for one filter plane, from input plane x_plane of the batch to output plane y_plane.
template <class Visit>
void for_each_row_of_planes(const cnnspec_conv2d& g, int64_t w_plane, int64_t x_plane, int64_t y_plane, Visit visit) {
  for (int64_t p = 0; p < g.kernel_height; ++p) {
    const int64_t down = p * g.dilation_height - g.pad_top;
    const Span rows = positions_inside(g.in_height, g.out_height, g.stride_height, down);
    for (int64_t q = 0; q < g.kernel_width; ++q) {
      const int64_t right = q * g.dilation_width - g.pad_left;
      const Span columns = positions_inside(g.in_width, g.out_width, g.stride_width, right);
      for (int64_t i = rows.first; i < rows.last; ++i)
        visit(Row{.tap = w_plane * g.kernel_height * g.kernel_width + tap_at(g, p, q),
                  .x = (x_plane * g.in_height + i * g.stride_height + down) * g.in_width +
                       columns.first * g.stride_width + right,
                  .y = (y_plane * g.out_height + i) * g.out_width + columns.first,
                  .length = columns.last - columns.first});
    }
  }
}

// All products of the convolution, a row at a time. The positions of a row are the innermost loop. It has no branch,
// and with stride 1 its cells are consecutive in memory.
template <class Visit>
void for_each_row(const cnnspec_conv2d& g, Visit visit) {
  const int64_t in_channels = g.in_channels / g.groups, out_channels = g.out_channels / g.groups;
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t o = 0; o < g.out_channels; ++o)
      for (int64_t c = 0; c < in_channels; ++c)
        for_each_row_of_planes(g, o * in_channels + c, n * g.in_channels + o / out_channels * in_channels + c,
                               n * g.out_channels + o, visit);
}

template <class T>
void forward(const cnnspec_conv2d& g, const T* x, const T* w, const T* b, T* y) {
  const int64_t plane = g.out_height * g.out_width;
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t o = 0; o < g.out_channels; ++o)
      std::fill_n(y + (n * g.out_channels + o) * plane, plane, b ? b[o] : T(0));
  for_each_row(g, [&](const Row& row) {
    for (int64_t t = 0; t < row.length; ++t) y[row.y + t] += w[row.tap] * x[row.x + t * g.stride_width];
  });
}

template <class T>
void backward_input(const cnnspec_conv2d& g, const T* w, const T* dy, T* dx) {
  std::fill_n(dx, g.batch * g.in_channels * g.in_height * g.in_width, T(0));
  for_each_row(g, [&](const Row& row) {
    for (int64_t t = 0; t < row.length; ++t) dx[row.x + t * g.stride_width] += w[row.tap] * dy[row.y + t];
  });
}

template <class T>
void backward_kernel(const cnnspec_conv2d& g, const T* x, const T* dy, T* dw) {
  std::fill_n(dw, g.out_channels * (g.in_channels / g.groups) * g.kernel_height * g.kernel_width, T(0));
  for_each_row(g, [&](const Row& row) {
    T sum = 0;
    for (int64_t t = 0; t < row.length; ++t) sum += x[row.x + t * g.stride_width] * dy[row.y + t];
    dw[row.tap] += sum;
  });
}

template <class T>
void backward_bias(const cnnspec_conv2d& g, const T* dy, T* db) {
  std::fill_n(db, g.out_channels, T(0));
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t o = 0; o < g.out_channels; ++o)
      for (int64_t t = 0; t < g.out_height * g.out_width; ++t) db[o] += *dy++;
}

}  // namespace

int cnnspec_kernel_abi(void) { return CNNSPEC_KERNEL_ABI; }
const char* cnnspec_kernel_name(void) { return "kernel_cpp"; }

// The header declares these functions with C linkage. The judge looks only for functions that it declares.
#define EXPORT_CONV2D(suffix, T)                                                                           \
  int cnnspec_conv2d_forward_##suffix(const cnnspec_conv2d* g, const T* x, const T* w, const T* b, T* y) { \
    forward(*g, x, w, b, y);                                                                               \
    return CNNSPEC_DONE;                                                                                   \
  }                                                                                                        \
  int cnnspec_conv2d_backward_input_##suffix(const cnnspec_conv2d* g, const T* w, const T* dy, T* dx) {    \
    backward_input(*g, w, dy, dx);                                                                         \
    return CNNSPEC_DONE;                                                                                   \
  }                                                                                                        \
  int cnnspec_conv2d_backward_kernel_##suffix(const cnnspec_conv2d* g, const T* x, const T* dy, T* dw) {   \
    backward_kernel(*g, x, dy, dw);                                                                        \
    return CNNSPEC_DONE;                                                                                   \
  }                                                                                                        \
  int cnnspec_conv2d_backward_bias_##suffix(const cnnspec_conv2d* g, const T* dy, T* db) {                 \
    backward_bias(*g, dy, db);                                                                             \
    return CNNSPEC_DONE;                                                                                   \
  }

EXPORT_CONV2D(f32, float)
EXPORT_CONV2D(f64, double)

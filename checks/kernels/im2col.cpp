// im2col: unfold the image into a matrix whose column holds the cells under one window, and multiply.
//
//   columns[(c,p,q), (i,j)] = x[c, i*SH + p*DH - top, j*SW + q*DW - left], zero in the padding
//   y  = w columns (+ b)      dw = dy columns^T      dx = fold(w^T dy),  where fold adds each column back to its cells
//
// for each image and each group. The matrix is made a tile of columns at a time, so that it stays in the cache. Zeros
// stand for the padding, which is right as long as the weights are finite.
#include "checks/kernels/im2col.hpp"

#include <limits>
#include <memory>
#include <new>

#include "checks/kernels/half_storage.hpp"

namespace cnnspec::checks {

namespace {

constexpr int out_of_memory = 2;

/// A tile: the columns of output positions [first, last), counted row-major over the output image.
struct Tile {
  Idx first, last;
  Idx count() const { return last - first; }
};

/// The sizes of one group's matrices.
struct GroupSizes {
  Idx in_channels, out_channels, taps, positions, in_plane, in_group, out_group, kernel_group;

  explicit GroupSizes(const cnnspec_conv2d& g)
      : in_channels(g.in_channels / g.groups),
        out_channels(g.out_channels / g.groups),
        taps(in_channels * g.kernel_height * g.kernel_width),
        positions(g.out_height * g.out_width),
        in_plane(g.in_height * g.in_width),
        in_group(in_channels * in_plane),
        out_group(out_channels * positions),
        kernel_group(out_channels * taps) {}

  Idx tile_width() const {
    constexpr Idx in_cache = 1 << 17, narrowest = 64;
    return std::min(positions, std::max(narrowest, in_cache / taps / narrowest * narrowest));
  }
};

/// `visit(image, group, tile)` for each tile of each group of each image.
template <class Visit>
void for_each_tile(const cnnspec_conv2d& g, const GroupSizes& sizes, Visit visit) {
  const Idx width = sizes.tile_width();
  for (Idx n = 0; n < g.batch; ++n)
    for (Idx group = 0; group < g.groups; ++group)
      for (Idx first = 0; first < sizes.positions; first += width)
        visit(n, group, Tile{first, std::min(first + width, sizes.positions)});
}

Idx divide_up(Idx a, Idx b) { return a <= 0 ? 0 : (a - 1) / b + 1; }

/// `visit(at, count, cell)` for each run of `count` neighbouring columns in a row of the tile whose cells lie in the
/// image. The run begins at `columns[at]`. Its first cell is `cell`, counted in the group's channels; the next cells
/// are stride_width apart.
template <class Visit>
void for_each_run(const cnnspec_conv2d& g, const GroupSizes& sizes, const Tile& tile, Visit visit) {
  Idx tile_row = 0;
  for (Idx c = 0; c < sizes.in_channels; ++c)
    for (Idx p = 0; p < g.kernel_height; ++p)
      for (Idx q = 0; q < g.kernel_width; ++q, ++tile_row) {
        // Columns [inside, outside) of the output see a cell of the image.
        const Idx left = g.pad_left - q * g.dilation_width;
        const Idx inside = divide_up(left, g.stride_width), outside = divide_up(g.in_width + left, g.stride_width);
        for (Idx i = tile.first / g.out_width; i * g.out_width < tile.last; ++i) {
          const Idx row = i * g.stride_height + p * g.dilation_height - g.pad_top;
          if (row < 0 || row >= g.in_height) continue;
          const Idx origin = i * g.out_width;
          const Idx begin = std::max(inside, tile.first - origin);
          const Idx end = std::min({outside, g.out_width, tile.last - origin});
          if (begin < end)
            visit(tile_row * tile.count() + origin + begin - tile.first, end - begin,
                  c * sizes.in_plane + row * g.in_width + begin * g.stride_width - left);
        }
      }
}

/// columns = the tile of the matrix of x, the channels of one group.
template <class T>
void unfold(const cnnspec_conv2d& g, const GroupSizes& sizes, const Tile& tile, const T* x, T* columns) {
  std::fill_n(columns, sizes.taps * tile.count(), T(0));
  for_each_run(g, sizes, tile, [&](Idx at, Idx count, Idx cell) {
    if (g.stride_width == 1)
      std::copy_n(x + cell, count, columns + at);
    else
      for (Idx j = 0; j < count; ++j) columns[at + j] = x[cell + j * g.stride_width];
  });
}

/// Adds the tile's columns to the cells of dx that they came from: the transpose of unfold.
template <class T>
void fold(const cnnspec_conv2d& g, const GroupSizes& sizes, const Tile& tile, const T* columns, T* dx) {
  for_each_run(g, sizes, tile, [&](Idx at, Idx count, Idx cell) {
    for (Idx j = 0; j < count; ++j) dx[cell + j * g.stride_width] += columns[at + j];
  });
}

template <class T>
std::unique_ptr<T[]> workspace(const GroupSizes& sizes) {
  return std::unique_ptr<T[]>(new (std::nothrow) T[sizes.taps * sizes.tile_width()]);
}

template <class T, LoopOrder order, bool fma>
int conv2d_forward(const cnnspec_conv2d* g, const T* x, const T* w, const T* b, T* y) {
  const GroupSizes sizes(*g);
  const std::unique_ptr<T[]> columns = workspace<T>(sizes);
  if (columns == nullptr) return out_of_memory;
  for (Idx plane = 0; plane < g->batch * g->out_channels; ++plane)
    std::fill_n(y + plane * sizes.positions, sizes.positions, b == nullptr ? T(0) : b[plane % g->out_channels]);
  for_each_tile(*g, sizes, [&](Idx n, Idx group, const Tile& tile) {
    const Idx nth = n * g->groups + group;
    unfold(*g, sizes, tile, x + nth * sizes.in_group, columns.get());
    add_product<order, fma, T>(
        row_major(w + group * sizes.kernel_group, sizes.out_channels, sizes.taps, sizes.taps),
        row_major<const T>(columns.get(), sizes.taps, tile.count(), tile.count()),
        row_major(y + nth * sizes.out_group + tile.first, sizes.out_channels, tile.count(), sizes.positions));
  });
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
int conv2d_backward_input(const cnnspec_conv2d* g, const T* w, const T* dy, T* dx) {
  const GroupSizes sizes(*g);
  const std::unique_ptr<T[]> columns = workspace<T>(sizes);
  if (columns == nullptr) return out_of_memory;
  std::fill_n(dx, g->batch * g->groups * sizes.in_group, T(0));
  for_each_tile(*g, sizes, [&](Idx n, Idx group, const Tile& tile) {
    const Idx nth = n * g->groups + group;
    std::fill_n(columns.get(), sizes.taps * tile.count(), T(0));
    add_product<order, fma, T>(
        row_major(w + group * sizes.kernel_group, sizes.out_channels, sizes.taps, sizes.taps).transposed(),
        row_major(dy + nth * sizes.out_group + tile.first, sizes.out_channels, tile.count(), sizes.positions),
        row_major(columns.get(), sizes.taps, tile.count(), tile.count()));
    fold(*g, sizes, tile, columns.get(), dx + nth * sizes.in_group);
  });
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
int conv2d_backward_kernel(const cnnspec_conv2d* g, const T* x, const T* dy, T* dw) {
  const GroupSizes sizes(*g);
  const std::unique_ptr<T[]> columns = workspace<T>(sizes);
  if (columns == nullptr) return out_of_memory;
  std::fill_n(dw, g->groups * sizes.kernel_group, T(0));
  for_each_tile(*g, sizes, [&](Idx n, Idx group, const Tile& tile) {
    const Idx nth = n * g->groups + group;
    unfold(*g, sizes, tile, x + nth * sizes.in_group, columns.get());
    add_product<order, fma, T>(
        row_major(dy + nth * sizes.out_group + tile.first, sizes.out_channels, tile.count(), sizes.positions),
        row_major<const T>(columns.get(), sizes.taps, tile.count(), tile.count()).transposed(),
        row_major(dw + group * sizes.kernel_group, sizes.out_channels, sizes.taps, sizes.taps));
  });
  return CNNSPEC_DONE;
}

template <class T>
int conv2d_backward_bias(const cnnspec_conv2d* g, const T* dy, T* db) {
  const Idx positions = g->out_height * g->out_width;
  std::fill_n(db, g->out_channels, T(0));
  for (Idx plane = 0; plane < g->batch * g->out_channels; ++plane) {
    T sum(0);
    for (Idx at = 0; at < positions; ++at) sum += dy[plane * positions + at];
    db[plane % g->out_channels] += sum;
  }
  return CNNSPEC_DONE;
}

/// `visit(out, cell)` for each output of max_pool2d: the cell of x that wins its window.
template <class T, class Visit>
void for_each_winner(const cnnspec_pool2d& g, const T* x, Visit visit) {
  Idx out = 0;
  for (Idx plane = 0; plane < g.batch * g.channels; ++plane)
    for (Idx i = 0; i < g.out_height; ++i)
      for (Idx j = 0; j < g.out_width; ++j, ++out) {
        Idx winner = -1;
        for (Idx p = 0; p < g.kernel_height; ++p) {
          const Idx row = i * g.stride_height + p * g.dilation_height - g.pad_top;
          if (row < 0 || row >= g.in_height) continue;
          for (Idx q = 0; q < g.kernel_width; ++q) {
            const Idx column = j * g.stride_width + q * g.dilation_width - g.pad_left;
            if (column < 0 || column >= g.in_width) continue;
            const Idx cell = (plane * g.in_height + row) * g.in_width + column;
            if (winner < 0 || x[cell] > x[winner] || x[cell] != x[cell]) winner = cell;
          }
        }
        visit(out, winner);
      }
}

template <class T>
int max_pool2d_forward(const cnnspec_pool2d* g, const T* x, T* y) {
  for_each_winner(*g, x, [&](Idx out, Idx winner) { y[out] = x[winner]; });
  return CNNSPEC_DONE;
}

template <class T>
int max_pool2d_backward(const cnnspec_pool2d* g, const T* x, const T* dy, T* dx) {
  std::fill_n(dx, g->batch * g->channels * g->in_height * g->in_width, T(0));
  for_each_winner(*g, x, [&](Idx out, Idx winner) { dx[winner] += dy[out]; });
  return CNNSPEC_DONE;
}

/// The taps of a window of avg_pool2d along one axis.
struct Taps {
  Idx begin;        // the position of tap 0
  Idx first, last;  // the taps in the image: [first, last)
  Idx counted;      // number of taps that the divisor counts
};
Taps taps_of(Idx at, Idx in, Idx kernel, Idx dilation, Idx before, Idx after, bool counts_padding) {
  Taps t{at - before, 0, kernel, 0};
  while (t.first < kernel && t.begin + t.first * dilation < 0) ++t.first;
  while (t.last > t.first && t.begin + (t.last - 1) * dilation >= in) --t.last;
  t.counted = t.last - t.first;
  if (counts_padding) {
    t.counted = kernel;
    while (t.begin + (t.counted - 1) * dilation >= in + after) --t.counted;
  }
  return t;
}

/// `visit(plane, out, divisor, rows, columns)` for each window of avg_pool2d.
template <class Visit>
void for_each_mean(const cnnspec_avg_pool2d& g, Visit visit) {
  const bool counts = g.count_include_pad != 0;
  Idx out = 0;
  for (Idx plane = 0; plane < g.batch * g.channels; ++plane)
    for (Idx i = 0; i < g.out_height; ++i) {
      const Taps rows = taps_of(i * g.stride_height, g.in_height, g.kernel_height, g.dilation_height, g.pad_top,
                                g.pad_bottom, counts);
      for (Idx j = 0; j < g.out_width; ++j, ++out) {
        const Taps columns =
            taps_of(j * g.stride_width, g.in_width, g.kernel_width, g.dilation_width, g.pad_left, g.pad_right, counts);
        visit(plane, out, g.divisor_override > 0 ? g.divisor_override : rows.counted * columns.counted, rows, columns);
      }
    }
}
/// `visit(cell)` for each cell of x in the window with these taps.
template <class Visit>
void for_each_cell(const cnnspec_avg_pool2d& g, Idx plane, const Taps& rows, const Taps& columns, Visit visit) {
  for (Idx p = rows.first; p < rows.last; ++p)
    for (Idx q = columns.first; q < columns.last; ++q)
      visit((plane * g.in_height + rows.begin + p * g.dilation_height) * g.in_width + columns.begin +
            q * g.dilation_width);
}

template <class T>
int avg_pool2d_forward(const cnnspec_avg_pool2d* g, const T* x, T* y) {
  for_each_mean(*g, [&](Idx plane, Idx out, Idx divisor, const Taps& rows, const Taps& columns) {
    T sum(0);
    for_each_cell(*g, plane, rows, columns, [&](Idx cell) { sum += x[cell]; });
    y[out] = sum / static_cast<T>(divisor);
  });
  return CNNSPEC_DONE;
}

template <class T>
int avg_pool2d_backward(const cnnspec_avg_pool2d* g, const T* dy, T* dx) {
  std::fill_n(dx, g->batch * g->channels * g->in_height * g->in_width, T(0));
  for_each_mean(*g, [&](Idx plane, Idx out, Idx divisor, const Taps& rows, const Taps& columns) {
    const T share = dy[out] / static_cast<T>(divisor);
    for_each_cell(*g, plane, rows, columns, [&](Idx cell) { dx[cell] += share; });
  });
  return CNNSPEC_DONE;
}

template <class T>
int relu_forward(const cnnspec_elementwise* g, const T* x, T* y) {
  for (Idx i = 0; i < g->count; ++i) y[i] = x[i] <= 0 ? T(0) : x[i];
  return CNNSPEC_DONE;
}

template <class T>
int relu_backward(const cnnspec_elementwise* g, const T* x, const T* dy, T* dx) {
  for (Idx i = 0; i < g->count; ++i) dx[i] = x[i] <= 0 ? T(0) : dy[i];
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
int linear_forward(const cnnspec_linear* g, const T* x, const T* w, const T* b, T* y) {
  const Idx I = g->in_features, O = g->out_features;
  for (Idx i = 0; i < g->batch * O; ++i) y[i] = b == nullptr ? T(0) : b[i % O];
  add_product<order, fma, T>(row_major(x, g->batch, I, I), row_major(w, O, I, I).transposed(),
                             row_major(y, g->batch, O, O));
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
int linear_backward_input(const cnnspec_linear* g, const T* w, const T* dy, T* dx) {
  const Idx I = g->in_features, O = g->out_features;
  std::fill_n(dx, g->batch * I, T(0));
  add_product<order, fma, T>(row_major(dy, g->batch, O, O), row_major(w, O, I, I), row_major(dx, g->batch, I, I));
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
int linear_backward_weight(const cnnspec_linear* g, const T* x, const T* dy, T* dw) {
  const Idx I = g->in_features, O = g->out_features;
  std::fill_n(dw, O * I, T(0));
  add_product<order, fma, T>(row_major(dy, g->batch, O, O).transposed(), row_major(x, g->batch, I, I),
                             row_major(dw, O, I, I));
  return CNNSPEC_DONE;
}

template <class T>
int linear_backward_bias(const cnnspec_linear* g, const T* dy, T* db) {
  std::fill_n(db, g->out_features, T(0));
  for (Idx n = 0; n < g->batch; ++n)
    for (Idx o = 0; o < g->out_features; ++o) db[o] += dy[n * g->out_features + o];
  return CNNSPEC_DONE;
}

template <class T, LoopOrder order, bool fma>
KernelFunctions<T> functions() {
  return {.conv2d_forward = conv2d_forward<T, order, fma>,
          .conv2d_backward_input = conv2d_backward_input<T, order, fma>,
          .conv2d_backward_kernel = conv2d_backward_kernel<T, order, fma>,
          .conv2d_backward_bias = conv2d_backward_bias<T>,
          .max_pool2d_forward = max_pool2d_forward<T>,
          .max_pool2d_backward = max_pool2d_backward<T>,
          .relu_forward = relu_forward<T>,
          .relu_backward = relu_backward<T>,
          .linear_forward = linear_forward<T, order, fma>,
          .linear_backward_input = linear_backward_input<T, order, fma>,
          .linear_backward_weight = linear_backward_weight<T, order, fma>,
          .linear_backward_bias = linear_backward_bias<T>,
          .avg_pool2d_forward = avg_pool2d_forward<T>,
          .avg_pool2d_backward = avg_pool2d_backward<T>};
}

template <class F, LoopOrder order, bool fma>
KernelFunctions<typename F::Bits> functions_stored_as() {
  constexpr auto x = &Counts::x, w = &Counts::w, b = &Counts::b, y = &Counts::y;
  return {.conv2d_forward = HalfStorage<F, conv2d_forward<float, order, fma>, x, w, b, y>::call,
          .conv2d_backward_input = HalfStorage<F, conv2d_backward_input<float, order, fma>, w, y, x>::call,
          .conv2d_backward_kernel = HalfStorage<F, conv2d_backward_kernel<float, order, fma>, x, y, w>::call,
          .conv2d_backward_bias = HalfStorage<F, conv2d_backward_bias<float>, y, b>::call,
          .max_pool2d_forward = HalfStorage<F, max_pool2d_forward<float>, x, y>::call,
          .max_pool2d_backward = HalfStorage<F, max_pool2d_backward<float>, x, y, x>::call,
          .relu_forward = HalfStorage<F, relu_forward<float>, x, y>::call,
          .relu_backward = HalfStorage<F, relu_backward<float>, x, y, x>::call,
          .linear_forward = HalfStorage<F, linear_forward<float, order, fma>, x, w, b, y>::call,
          .linear_backward_input = HalfStorage<F, linear_backward_input<float, order, fma>, w, y, x>::call,
          .linear_backward_weight = HalfStorage<F, linear_backward_weight<float, order, fma>, x, y, w>::call,
          .linear_backward_bias = HalfStorage<F, linear_backward_bias<float>, y, b>::call,
          .avg_pool2d_forward = HalfStorage<F, avg_pool2d_forward<float>, x, y>::call,
          .avg_pool2d_backward = HalfStorage<F, avg_pool2d_backward<float>, y, x>::call};
}

/// In eight bits: the operations that networks use in them.
template <const EightBits& format, LoopOrder order, bool fma>
KernelFunctions<std::uint8_t> functions_of_eight_bits() {
  const auto all = functions_stored_as<Eighth<format>, order, fma>();
  return {.max_pool2d_forward = all.max_pool2d_forward,
          .max_pool2d_backward = all.max_pool2d_backward,
          .relu_forward = all.relu_forward,
          .relu_backward = all.relu_backward,
          .linear_forward = all.linear_forward,
          .avg_pool2d_forward = all.avg_pool2d_forward,
          .avg_pool2d_backward = all.avg_pool2d_backward};
}

template <LoopOrder order, bool fma>
Kernel variant(const std::string& name, const std::string& loops) {
  return {.name = name + (fma ? "-fma" : ""),
          .description = "im2col and " + loops + (fma ? " with fused multiply-add" : ""),
          .f32 = functions<float, order, fma>(),
          .f64 = functions<double, order, fma>(),
          .f16 = functions_stored_as<Half, order, fma>(),
          .bf16 = functions_stored_as<Bfloat16, order, fma>(),
          .f8e4m3 = functions_of_eight_bits<e4m3, order, fma>(),
          .f8e5m2 = functions_of_eight_bits<e5m2, order, fma>()};
}

}  // namespace

Kernel im2col_variant(LoopOrder order, bool fma) {
  switch (order) {
    case LoopOrder::ijk:
      return fma ? variant<LoopOrder::ijk, true>("im2col-ijk", "dot products")
                 : variant<LoopOrder::ijk, false>("im2col-ijk", "dot products");
    case LoopOrder::ikj:
      return fma ? variant<LoopOrder::ikj, true>("im2col-ikj", "sums of scaled rows")
                 : variant<LoopOrder::ikj, false>("im2col-ikj", "sums of scaled rows");
    case LoopOrder::blocked:
      break;
  }
  return fma ? variant<LoopOrder::blocked, true>("im2col", "a blocked matrix product")
             : variant<LoopOrder::blocked, false>("im2col", "a blocked matrix product");
}

}  // namespace cnnspec::checks

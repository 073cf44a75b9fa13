// Kernels that are wrong because of a size. Each calls the healthy kernel on operands that it has spoilt, or spoils its
// results.
#include "tests/size_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string_view>
#include <utility>

#include "checks/layers/problems.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using F = KernelFunctions<float>;

const F& right() { return healthy.f32; }

const cnnspec_conv2d& conv_of(const Problem& p) { return p.as<cnnspec_conv2d>(); }
const cnnspec_pool2d& pool_of(const Problem& p) { return p.as<cnnspec_pool2d>(); }
const cnnspec_linear& linear_of(const Problem& p) { return p.as<cnnspec_linear>(); }
Idx count_of(const Problem& p) { return p.as<cnnspec_elementwise>().count; }

/// More than a block, with a remainder.
constexpr bool leaves_rest(Idx size, Idx block) { return size > block && size % block > 0; }
constexpr Idx whole_blocks(Idx size, Idx block) { return size / block * block; }

/// The elements `factor(n) * v[n]`.
template <class Factor>
std::vector<float> scaled_by(const float* v, Idx count, Factor factor) {
  std::vector<float> result(v, v + count);
  for (Idx n = 0; n < count; ++n) result[static_cast<std::size_t>(n)] *= factor(n);
  return result;
}

/// `v` with zeros in place of the elements for which `lost(n)` is true.
template <class Lost>
void lose(float* v, Idx count, Lost lost) {
  for (Idx n = 0; n < count; ++n)
    if (lost(n)) v[n] = 0;
}

Idx w_count(const cnnspec_conv2d& p) { return w_shape(p).count(); }
Idx w_count(const cnnspec_linear& p) { return w_shape(p).count(); }

bool is_1x1(const cnnspec_conv2d& p) { return p.kernel_height == 1 && p.kernel_width == 1; }
bool is_strided(const cnnspec_conv2d& p) { return p.stride_height > 1 || p.stride_width > 1; }
Idx channels_of_group(const cnnspec_conv2d& p) { return p.in_channels / p.groups; }
bool is_depthwise(const cnnspec_conv2d& p) { return p.groups == p.in_channels && p.groups == p.out_channels; }

// ---- Convolution ----

/// Input channels are summed in lanes. The last, short vector also overwrites the lanes that it does not use.
template <Idx lanes>
int short_vector_overwrites(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const Idx channels = channels_of_group(*p), cells = p->kernel_height * p->kernel_width;
  if (!leaves_rest(channels, lanes)) return right().conv2d_forward(p, x, w, b, y);
  const std::vector<float> kept = scaled_by(w, w_count(*p), [&](Idx n) {
    const Idx c = n / cells % channels;
    const bool overwritten = c < whole_blocks(channels, lanes) && c % lanes >= channels % lanes;
    return overwritten ? 0.0f : 1.0f;
  });
  return right().conv2d_forward(p, x, kept.data(), b, y);
}
template <Idx lanes>
bool channels_leave_rest(const Problem& p) {
  return leaves_rest(channels_of_group(conv_of(p)), lanes);
}

/// A grid of processors has room for only `most` output channels.
template <Idx most>
int channels_beyond_grid_are_zero(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const int status = right().conv2d_forward(p, x, w, b, y);
  const Idx plane = p->out_height * p->out_width;
  lose(y, y_count(*p), [&](Idx n) { return n / plane % p->out_channels >= most; });
  return status;
}
template <Idx most>
bool has_channels_beyond(const Problem& p) {
  return conv_of(p).out_channels > most;
}

template <Idx block>
int images_left_over_are_zero(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const int status = right().conv2d_forward(p, x, w, b, y);
  if (leaves_rest(p->batch, block))
    lose(y, y_count(*p), [&](Idx n) { return n / y_shape(*p).count() >= whole_blocks(p->batch, block); });
  return status;
}
template <Idx block>
bool batch_leaves_rest(const Problem& p) {
  return leaves_rest(conv_of(p).batch, block);
}

template <Idx block>
int output_channels_left_over_are_zero(const cnnspec_conv2d* p, const float* x, const float* w, const float* b,
                                       float* y) {
  const int status = right().conv2d_forward(p, x, w, b, y);
  const Idx plane = p->out_height * p->out_width;
  if (leaves_rest(p->out_channels, block))
    lose(y, y_count(*p),
         [&](Idx n) { return n / plane % p->out_channels >= whole_blocks(p->out_channels, block); });
  return status;
}
template <Idx block>
bool output_channels_leave_rest(const Problem& p) {
  return leaves_rest(conv_of(p).out_channels, block);
}

/// Outputs of a row are computed in vectors; the last, short vector repeats the vector before it.
template <Idx lanes>
int short_vector_of_row_repeats(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const int status = right().conv2d_forward(p, x, w, b, y);
  if (leaves_rest(p->out_width, lanes))
    for (Idx n = 0; n < y_count(*p); ++n)
      if (n % p->out_width >= whole_blocks(p->out_width, lanes)) y[n] = y[n - lanes];
  return status;
}
template <Idx lanes>
bool row_leaves_rest(const Problem& p) {
  return leaves_rest(conv_of(p).out_width, lanes);
}

template <Idx first>
int flipped_from(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const Idx cells = p->kernel_height * p->kernel_width;
  if (p->out_channels < first) return right().conv2d_forward(p, x, w, b, y);
  std::vector<float> flipped(w, w + w_count(*p));
  for (auto filter = flipped.begin(); filter != flipped.end(); filter += cells) std::reverse(filter, filter + cells);
  return right().conv2d_forward(p, x, flipped.data(), b, y);
}
template <Idx first>
bool flips(const Problem& p) {
  return conv_of(p).out_channels >= first && conv_of(p).kernel_height * conv_of(p).kernel_width > 1;
}

int last_channel_of_pair_is_zero(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  const int status = right().conv2d_backward_kernel(p, x, dy, dw);
  const Idx channels = channels_of_group(*p);
  if (is_1x1(*p) && !is_strided(*p) && channels % 2 == 0)
    lose(dw, w_count(*p), [&](Idx n) { return n % channels == channels - 1; });
  return status;
}
bool dense_1x1_of_even_channels(const Problem& p) {
  return is_1x1(conv_of(p)) && !is_strided(conv_of(p)) && channels_of_group(conv_of(p)) % 2 == 0;
}

bool grouped_not_depthwise_strided(const Problem& problem) {
  const cnnspec_conv2d& p = conv_of(problem);
  return p.groups > 1 && channels_of_group(p) > 1 && is_strided(p);
}
int stride_of_groups_ignored(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  cnnspec_conv2d read = *p;
  if (grouped_not_depthwise_strided(*p)) read.stride_height = read.stride_width = 1;
  return right().conv2d_backward_kernel(&read, x, dy, dw);
}

/// Depthwise channels are computed in vectors, with special code for 3 rows.
template <Idx lanes>
bool depthwise_3_strided_padded_on_top(const Problem& problem) {
  const cnnspec_conv2d& p = conv_of(problem);
  return is_depthwise(p) && p.groups >= lanes && p.kernel_height == 3 && is_strided(p) && p.pad_top > 0;
}
template <Idx lanes>
int depthwise_padding_ignored(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  if (!depthwise_3_strided_padded_on_top<lanes>(*p)) return right().conv2d_backward_kernel(p, x, dy, dw);
  std::vector<float> wrong(static_cast<std::size_t>(w_count(*p)));
  cnnspec_conv2d read = *p;
  read.pad_top = 0;
  right().conv2d_backward_kernel(&read, x, dy, wrong.data());
  const int status = right().conv2d_backward_kernel(p, x, dy, dw);
  std::copy_n(wrong.begin(), whole_blocks(p->groups, lanes) * p->kernel_height * p->kernel_width, dw);
  return status;
}

template <Idx block>
bool pixels_of_1x1_leave_rest(const Problem& p) {
  return is_1x1(conv_of(p)) && leaves_rest(conv_of(p).in_height * conv_of(p).in_width, block);
}
template <Idx block>
int pixels_left_over_are_zero(const cnnspec_conv2d* p, const float* w, const float* dy, float* dx) {
  const int status = right().conv2d_backward_input(p, w, dy, dx);
  const Idx pixels = p->in_height * p->in_width;
  if (pixels_of_1x1_leave_rest<block>(*p))
    lose(dx, x_count(*p), [&](Idx n) { return n % pixels >= whole_blocks(pixels, block); });
  return status;
}

/// dy in blocks of pixels: only the sum of the last block is stored.
template <Idx block>
int last_block_of_pixels_alone(const cnnspec_conv2d* p, const float* dy, float* db) {
  const Idx pixels = p->out_height * p->out_width, first = (pixels - 1) / block * block;
  const std::vector<float> kept =
      scaled_by(dy, y_count(*p), [&](Idx n) { return n % pixels < first ? 0.0f : 1.0f; });
  return right().conv2d_backward_bias(p, kept.data(), db);
}
template <Idx block>
bool has_several_blocks_of_pixels(const Problem& p) {
  return conv_of(p).out_height * conv_of(p).out_width > block;
}

// ---- Max pooling ----

template <Idx block>
bool pool_channels_leave_rest(const Problem& p) {
  return leaves_rest(pool_of(p).channels, block);
}
template <Idx block>
int pool_channels_left_over_are_zero(const cnnspec_pool2d* p, const float* x, float* y) {
  const int status = right().max_pool2d_forward(p, x, y);
  const Idx plane = p->out_height * p->out_width;
  if (leaves_rest(p->channels, block))
    lose(y, y_count(*p), [&](Idx n) { return n / plane % p->channels >= whole_blocks(p->channels, block); });
  return status;
}
template <Idx block>
int pool_gradients_left_over_are_zero(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  const int status = right().max_pool2d_backward(p, x, dy, dx);
  const Idx plane = p->in_height * p->in_width;
  if (leaves_rest(p->channels, block))
    lose(dx, x_count(*p), [&](Idx n) { return n / plane % p->channels >= whole_blocks(p->channels, block); });
  return status;
}

/// `maximum(plane, i, j)`: the result for each window.
template <class Maximum>
void write_maxima(const cnnspec_pool2d& p, const float* x, float* y, Maximum maximum) {
  for (Idx plane = 0; plane < p.batch * p.channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j) *y++ = maximum(x + plane * p.in_height * p.in_width, i, j);
}

template <Idx block>
bool window_has_several_blocks(const Problem& p) {
  return pool_of(p).kernel_height * pool_of(p).kernel_width > block;
}
/// The cells of a window in blocks: only the maximum of the last block is stored.
template <Idx block>
int last_block_of_cells_alone(const cnnspec_pool2d* problem, const float* x, float* y) {
  const cnnspec_pool2d& p = *problem;
  if (!window_has_several_blocks<block>(p)) return right().max_pool2d_forward(problem, x, y);
  const Idx cells = p.kernel_height * p.kernel_width;
  write_maxima(p, x, y, [&](const float* plane, Idx i, Idx j) {
    float best = -std::numeric_limits<float>::infinity();
    for (Idx n = (cells - 1) / block * block; n < cells; ++n) {
      const Idx row = i * p.stride_height + n / p.kernel_width * p.dilation_height - p.pad_top;
      const Idx column = j * p.stride_width + n % p.kernel_width * p.dilation_width - p.pad_left;
      if (row < 0 || row >= p.in_height || column < 0 || column >= p.in_width) continue;
      best = std::max(best, plane[row * p.in_width + column]);
    }
    return best;
  });
  return CNNSPEC_DONE;
}

bool dilated_and_padded_before(const Problem& problem) {
  const cnnspec_pool2d& p = pool_of(problem);
  return (p.dilation_height > 1 && p.pad_top > 0) || (p.dilation_width > 1 && p.pad_left > 0);
}
/// A window that begins in the padding is moved to begin at cell 0 of the image.
int window_moved_by_padding(const cnnspec_pool2d* problem, const float* x, float* y) {
  const cnnspec_pool2d& p = *problem;
  if (!dilated_and_padded_before(p)) return right().max_pool2d_forward(problem, x, y);
  write_maxima(p, x, y, [&](const float* plane, Idx i, Idx j) {
    const Idx top = i * p.stride_height - p.pad_top, left = j * p.stride_width - p.pad_left;
    const Idx bottom = std::min(p.in_height, top + (p.kernel_height - 1) * p.dilation_height + 1);
    const Idx right_end = std::min(p.in_width, left + (p.kernel_width - 1) * p.dilation_width + 1);
    float best = -std::numeric_limits<float>::infinity();
    for (Idx row = std::max(Idx{0}, top); row < bottom; row += p.dilation_height)
      for (Idx column = std::max(Idx{0}, left); column < right_end; column += p.dilation_width)
        best = std::max(best, plane[row * p.in_width + column]);
    return best;
  });
  return CNNSPEC_DONE;
}

// ---- ReLU ----

/// Two launches of `block` elements each are planned as one.
template <Idx block>
bool takes_second_launch(Idx count) {
  return count > 2 * block && count < 4 * block;
}
template <Idx block>
bool relu_takes_second_launch(const Problem& p) {
  return takes_second_launch<block>(count_of(p));
}
template <Idx block>
int relu_of_first_block(const cnnspec_elementwise* p, const float* x, float* y) {
  const cnnspec_elementwise computed{takes_second_launch<block>(p->count) ? block : p->count};
  return right().relu_forward(&computed, x, y);
}
template <Idx block>
int relu_gradient_of_first_block(const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
  const cnnspec_elementwise computed{takes_second_launch<block>(p->count) ? block : p->count};
  return right().relu_backward(&computed, x, dy, dx);
}

template <Idx block>
bool relu_leaves_rest(const Problem& p) {
  return leaves_rest(count_of(p), block);
}
/// The remainder after the last vector is copied.
template <Idx block>
int relu_copies_rest(const cnnspec_elementwise* p, const float* x, float* y) {
  const int status = right().relu_forward(p, x, y);
  if (leaves_rest(p->count, block))
    std::copy(x + whole_blocks(p->count, block), x + p->count, y + whole_blocks(p->count, block));
  return status;
}

// ---- Linear ----

/// w with each weight multiplied by `factor(output feature, input feature)`.
template <class Factor>
int linear_with(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y, Factor factor) {
  const std::vector<float> read =
      scaled_by(w, w_count(*p), [&](Idx n) { return factor(n / p->in_features, n % p->in_features); });
  return right().linear_forward(p, x, read.data(), b, y);
}

enum class Part { first, last };
/// Input features in blocks with separate sums, which are never added to each other.
template <Idx block, Part kept>
int one_block_of_features(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  return linear_with(p, x, w, b, y, [&](Idx, Idx c) {
    const Idx wanted = kept == Part::first ? 0 : (p->in_features - 1) / block;
    return c / block == wanted ? 1.0f : 0.0f;
  });
}
template <Idx block>
bool has_several_blocks_of_features(const Problem& p) {
  return linear_of(p).in_features > block;
}

/// The remainder after the last vector begins at the number of vectors, so that the elements in between are added
/// twice.
template <Idx lanes>
int rest_begins_at_number_of_vectors(const cnnspec_linear* p, const float* x, const float* w, const float* b,
                                     float* y) {
  const Idx k = p->in_features;
  return linear_with(p, x, w, b, y, [&](Idx, Idx c) {
    const bool twice = k % lanes > 0 && c >= k / lanes && c < whole_blocks(k, lanes);
    return twice ? 2.0f : 1.0f;
  });
}
template <Idx lanes>
bool features_leave_rest(const Problem& p) {
  return leaves_rest(linear_of(p).in_features, lanes);
}

template <Idx least>
bool has_unaligned_rows(const Problem& p) {
  return linear_of(p).in_features >= least && linear_of(p).in_features % 4 > 0 && linear_of(p).out_features > 1;
}
/// Wide loads from an unaligned row read from the last aligned address before it.
template <Idx least>
int unaligned_rows_shifted(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  if (!has_unaligned_rows<least>(*p)) return right().linear_forward(p, x, w, b, y);
  std::vector<float> read;
  for (Idx o = 0; o < p->out_features; ++o)
    for (Idx c = 0; c < p->in_features; ++c) read.push_back(w[o * p->in_features / 4 * 4 + c]);
  return right().linear_forward(p, x, read.data(), b, y);
}

/// The earlier content of y is multiplied by 0 and added where a tile is not full.
template <Idx tile>
int beta_of_zero_multiplied(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  const std::vector<float> held(y, y + y_count(*p));
  const int status = right().linear_forward(p, x, w, b, y);
  for (Idx n = 0; n < y_count(*p); ++n)
    if (n % p->out_features >= whole_blocks(p->out_features, tile)) y[n] += 0 * held[static_cast<std::size_t>(n)];
  return status;
}
template <Idx tile>
bool has_partial_tile(const Problem& p) {
  return linear_of(p).out_features % tile > 0;
}

template <Idx block>
int dx_without_rest_of_outputs(const cnnspec_linear* p, const float* w, const float* dy, float* dx) {
  const std::vector<float> read = scaled_by(dy, y_count(*p), [&](Idx n) {
    const bool lost =
        leaves_rest(p->out_features, block) && n % p->out_features >= whole_blocks(p->out_features, block);
    return lost ? 0.0f : 1.0f;
  });
  return right().linear_backward_input(p, w, read.data(), dx);
}
template <Idx block>
bool outputs_leave_rest(const Problem& p) {
  return leaves_rest(linear_of(p).out_features, block);
}

template <Idx block>
int dw_without_rest_of_batch(const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
  cnnspec_linear read = *p;
  if (leaves_rest(p->batch, block)) read.batch = whole_blocks(p->batch, block);
  return right().linear_backward_weight(&read, x, dy, dw);
}
template <Idx block>
bool linear_batch_leaves_rest(const Problem& p) {
  return leaves_rest(linear_of(p).batch, block);
}

// ---- The tables ----

using Table = std::vector<BrokenKernel>;
using Shows = bool (*)(const Problem&);

template <class Function>
void add(Table& t, const char* name, const char* source, Op op, Shows shows, Function F::*operation, Function function,
         std::vector<std::string> kinds = {"wrong-value"}) {
  t.push_back(with_kernel({.name = name,
                           .source = source,
                           .ops = {op},
                           .kinds = std::move(kinds),
                           .diagnosis = nullptr,
                           .behaves_like = nullptr,
                           .shows = shows}));
  t.back().kernel.f32.*operation = function;
}

void add_conv2d(Table& t) {
  constexpr Op forward = Op::conv2d_forward, dx = Op::conv2d_backward_input, dw = Op::conv2d_backward_kernel;
  constexpr auto y = &F::conv2d_forward;
  add(t, "a short vector of 16 channels overwrites the lanes it does not use", "MNN PR 4869", forward,
      channels_leave_rest<16>, y, &short_vector_overwrites<16>);
  add(t, "a short vector of 8 channels overwrites the lanes it does not use", "", forward, channels_leave_rest<8>, y,
      &short_vector_overwrites<8>);
  add(t, "a short vector of 64 channels overwrites the lanes it does not use", "", forward, channels_leave_rest<64>, y,
      &short_vector_overwrites<64>);
  add(t, "output channels beyond 65,536 are zero", "pytorch #129207", forward, has_channels_beyond<65'536>, y,
      &channels_beyond_grid_are_zero<65'536>);
  add(t, "output channels beyond 32,768 are zero", "", forward, has_channels_beyond<32'768>, y,
      &channels_beyond_grid_are_zero<32'768>);
  add(t, "images after the last block of 32 are zero", "neon #361", forward, batch_leaves_rest<32>, y,
      &images_left_over_are_zero<32>);
  add(t, "images after the last block of 16 are zero", "", forward, batch_leaves_rest<16>, y,
      &images_left_over_are_zero<16>);
  add(t, "output channels after the last block of 32 are zero", "", forward, output_channels_leave_rest<32>, y,
      &output_channels_left_over_are_zero<32>);
  add(t, "a short vector of 8 outputs of a row repeats the one before", "", forward, row_leaves_rest<8>, y,
      &short_vector_of_row_repeats<8>);
  add(t, "kernel flipped from 16 output channels on", "", forward, flips<16>, y, &flipped_from<16>);
  add(t, "kernel flipped from 128 output channels on", "", forward, flips<128>, y, &flipped_from<128>);
  add(t, "1x1 dw of even channels without the last", "composable_kernel PR 2478", dw, dense_1x1_of_even_channels,
      &F::conv2d_backward_kernel, &last_channel_of_pair_is_zero);
  add(t, "stride ignored in dw of groups that are not depthwise", "iree #23786", dw, grouped_not_depthwise_strided,
      &F::conv2d_backward_kernel, &stride_of_groups_ignored);
  add(t, "padding on top ignored in dw of 8 depthwise channels with stride", "oneDNN #4124", dw,
      depthwise_3_strided_padded_on_top<8>, &F::conv2d_backward_kernel, &depthwise_padding_ignored<8>);
  add(t, "padding on top ignored in dw of 16 depthwise channels with stride", "", dw,
      depthwise_3_strided_padded_on_top<16>, &F::conv2d_backward_kernel, &depthwise_padding_ignored<16>);
  add(t, "pixels of a 1x1 dx after the last block of 64 are zero", "MIOpen #1672", dx, pixels_of_1x1_leave_rest<64>,
      &F::conv2d_backward_input, &pixels_left_over_are_zero<64>);
  add(t, "pixels of a 1x1 dx after the last block of 16 are zero", "", dx, pixels_of_1x1_leave_rest<16>,
      &F::conv2d_backward_input, &pixels_left_over_are_zero<16>);
  add(t, "db of the last block of 32 pixels alone", "", Op::conv2d_backward_bias, has_several_blocks_of_pixels<32>,
      &F::conv2d_backward_bias, &last_block_of_pixels_alone<32>);
}

void add_max_pool2d(Table& t) {
  constexpr Op forward = Op::max_pool2d_forward;
  constexpr auto y = &F::max_pool2d_forward;
  add(t, "channels of pooling after the last block of 32 are zero", "tt-metal #15731", forward,
      pool_channels_leave_rest<32>, y, &pool_channels_left_over_are_zero<32>);
  add(t, "channels of pooling after the last block of 64 are zero", "", forward, pool_channels_leave_rest<64>, y,
      &pool_channels_left_over_are_zero<64>);
  add(t, "no gradient for channels of pooling after the last block of 16", "", Op::max_pool2d_backward,
      pool_channels_leave_rest<16>, &F::max_pool2d_backward, &pool_gradients_left_over_are_zero<16>);
  add(t, "maximum of the last block of 16 cells alone", "tt-metal #14249", forward, window_has_several_blocks<16>, y,
      &last_block_of_cells_alone<16>);
  add(t, "maximum of the last block of 64 cells alone", "", forward, window_has_several_blocks<64>, y,
      &last_block_of_cells_alone<64>);
  add(t, "a dilated window that begins in the padding is moved by it", "onnxruntime #29637", forward,
      dilated_and_padded_before, y, &window_moved_by_padding);
}

void add_relu(Table& t) {
  const std::vector<std::string> unwritten{"unwritten-output"};
  add(t, "of 513 to 1,023 elements, only 256 are written", "vllm-xpu-kernels #454", Op::relu_forward,
      relu_takes_second_launch<256>, &F::relu_forward, &relu_of_first_block<256>, unwritten);
  add(t, "of 513 to 1,023 gradients, only 256 are written", "vllm-xpu-kernels #454", Op::relu_backward,
      relu_takes_second_launch<256>, &F::relu_backward, &relu_gradient_of_first_block<256>, unwritten);
  add(t, "of 129 to 255 elements, only 64 are written", "", Op::relu_forward, relu_takes_second_launch<64>,
      &F::relu_forward, &relu_of_first_block<64>, unwritten);
  add(t, "elements after the last vector of 16 are copied", "", Op::relu_forward, relu_leaves_rest<16>,
      &F::relu_forward, &relu_copies_rest<16>);
}

void add_linear(Table& t) {
  constexpr Op forward = Op::linear_forward;
  constexpr auto y = &F::linear_forward;
  add(t, "sum of the last block of 256 features alone", "cutlass #3538", forward, has_several_blocks_of_features<256>,
      y, &one_block_of_features<256, Part::last>);
  add(t, "sum of the first block of 256 features alone", "cutlass #3538", forward, has_several_blocks_of_features<256>,
      y, &one_block_of_features<256, Part::first>);
  add(t, "sum of the last block of 64 features alone", "", forward, has_several_blocks_of_features<64>, y,
      &one_block_of_features<64, Part::last>);
  add(t, "features left over begin at the number of vectors of 8", "Halide PR 656", forward, features_leave_rest<8>, y,
      &rest_begins_at_number_of_vectors<8>);
  add(t, "features left over begin at the number of vectors of 32", "", forward, features_leave_rest<32>, y,
      &rest_begins_at_number_of_vectors<32>);
  add(t, "rows of 128 features and more that are not aligned are shifted", "llama.cpp PR 25671", forward,
      has_unaligned_rows<128>, y, &unaligned_rows_shifted<128>);
  add(t, "rows of 64 features and more that are not aligned are shifted", "", forward, has_unaligned_rows<64>, y,
      &unaligned_rows_shifted<64>);
  const std::vector<std::string> reads_output{"wrong-value", "unwritten-output"};
  add(t, "output times zero added in partial tiles of 4", "rten PR 81", forward, has_partial_tile<4>, y,
      &beta_of_zero_multiplied<4>, reads_output);
  add(t, "output times zero added in partial tiles of 32", "", forward, has_partial_tile<32>, y,
      &beta_of_zero_multiplied<32>, reads_output);
  add(t, "dx without the features of dy after the last block of 16", "", Op::linear_backward_input,
      outputs_leave_rest<16>, &F::linear_backward_input, &dx_without_rest_of_outputs<16>);
  add(t, "dw without the images after the last block of 8", "", Op::linear_backward_weight, linear_batch_leaves_rest<8>,
      &F::linear_backward_weight, &dw_without_rest_of_batch<8>);
}

}  // namespace

/// The diagnoses of the published mistakes in a whole run. (From one failure alone, several mistakes may be possible.)
void add_diagnoses(Table& t) {
  constexpr std::pair<std::string_view, const char*> diagnoses[]{
      {"a short vector of 16 channels overwrites the lanes it does not use",
       "lanes beyond a short last vector of 16 input channels lost"},
      {"output channels beyond 65,536 are zero",
       "only the first 65536 output channels"},
      {"images after the last block of 32 are zero",
       "images after the last block of 32 left out"},
      {"1x1 dw of even channels without the last",
       "last tap left out"},
      {"stride ignored in dw of groups that are not depthwise",
       "stride ignored"},
      {"padding on top ignored in dw of 8 depthwise channels with stride",
       "padding above ignored"},
      {"pixels of a 1x1 dx after the last block of 64 are zero",
       "input pixels after the last block of 64 left out"},
      {"channels of pooling after the last block of 32 are zero",
       "channels after the last block of 32 left out"},
      {"maximum of the last block of 16 cells alone",
       "only the last block of 16 cells of the window"},
      {"a dilated window that begins in the padding is moved by it",
       "windows that begin in the padding begin at the edge and end at their last cell"},
      {"of 513 to 1,023 elements, only 256 are written",
       "only the first 256 elements written"},
      {"of 513 to 1,023 gradients, only 256 are written",
       "only the first 256 elements written"},
      {"sum of the last block of 256 features alone",
       "only the last block of 256 input features"},
      {"sum of the first block of 256 features alone",
       "only the first 256 input features"},
      {"features left over begin at the number of vectors of 8",
       "input features from the number of blocks of 8 on counted twice"},
      {"rows of 128 features and more that are not aligned are shifted",
       "rows of w read from the multiple of 4 before them"},
      {"output times zero added in partial tiles of 4",
       "0 times what was there added to features after the last block of 4"},
  };
  for (const auto& [name, diagnosis] : diagnoses) {
    const auto kernel = std::ranges::find_if(t, [name = name](const BrokenKernel& b) { return b.name == name; });
    assert(kernel != t.end());
    kernel->diagnosis = diagnosis;
  }
}

std::vector<BrokenKernel> size_kernels() {
  Table t;
  add_conv2d(t);
  add_max_pool2d(t);
  add_relu(t);
  add_linear(t);
  add_diagnoses(t);
  return t;
}

}  // namespace cnnspec::tests

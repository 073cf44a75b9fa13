// The naive convolution. Forward and the gradients of x and w visit the same products; each sums the products of its
// own output.
#include <limits>

#include "tests/naive_kernel_parts.hpp"

namespace cnnspec::tests {
namespace {

using Idx = std::int64_t;

Idx x_count(const cnnspec_conv2d& p) { return p.batch * p.in_channels * p.in_height * p.in_width; }
Idx y_count(const cnnspec_conv2d& p) { return p.batch * p.out_channels * p.out_height * p.out_width; }
Idx w_count(const cnnspec_conv2d& p) {
  return p.out_channels * (p.in_channels / p.groups) * p.kernel_height * p.kernel_width;
}

Idx remainder_height(const cnnspec_conv2d& p) {
  return (p.in_height + p.pad_top + p.pad_bottom - window_height(p)) % p.stride_height;
}
Idx remainder_width(const cnnspec_conv2d& p) {
  return (p.in_width + p.pad_left + p.pad_right - window_width(p)) % p.stride_width;
}

/// Uses the sizes of channels and rows in place of those of rows and columns, to derive the padding.
cnnspec_conv2d padded_from_wrong_axes(cnnspec_conv2d p) {
  if (p.pad_top == p.pad_bottom && p.pad_left == p.pad_right) return p;
  const Idx height = p.in_channels, width = p.in_height;
  p.pad_top = std::max(Idx{0}, (p.out_height - 1) * p.stride_height + window_height(p) - height) / 2;
  p.pad_left = std::max(Idx{0}, (p.out_width - 1) * p.stride_width + window_width(p) - width) / 2;
  return p;
}

/// The number of kernel cells along one axis that a gradient with respect to x visits: at most those of one phase of
/// the stride, rounded down.
Idx taps_rounded_down(Idx kernel, Idx stride, Idx dilation) {
  return dilation > 1 || kernel <= stride ? kernel : kernel / stride;
}

/// Whether a gradient with respect to x leaves out this tap, because it visits only kernel % stride taps of each phase.
bool is_beyond_modulo(Idx tap, Idx kernel, Idx stride) {
  return kernel % stride > 0 && tap / stride >= kernel % stride;
}

bool touches_padding(const cnnspec_conv2d& p, Idx i, Idx j) {
  return i * p.stride_height < p.pad_top || j * p.stride_width < p.pad_left || reaches_padding_after(p, i, j);
}

/// dx of an image without the rows and columns that the stride leaves over, packed into the memory of the whole dx.
std::vector<float> squeezed(const std::vector<float>& dx, const cnnspec_conv2d& p) {
  const Idx height = p.in_height - remainder_height(p), width = p.in_width - remainder_width(p);
  std::vector<float> result;
  for (Idx plane = 0; plane < p.batch * p.in_channels; ++plane)
    for (Idx row = 0; row < height; ++row)
      for (Idx column = 0; column < width; ++column)
        result.push_back(dx[(plane * p.in_height + row) * p.in_width + column]);
  result.resize(dx.size());
  return result;
}

}  // namespace

template <class Visit>
void Naive::visit_taps(const cnnspec_conv2d& problem, Visit visit) const {
  const cnnspec_conv2d p = makes(Mistake::padding_from_wrong_axes) ? padded_from_wrong_axes(problem) : read(problem);
  const Idx channels = p.in_channels / p.groups, group_size = p.out_channels / p.groups;
  const Idx kernel_plane = p.kernel_height * p.kernel_width;
  const bool groups_known =
      !makes(Mistake::groups_ignored) && !(makes(Mistake::groups_ignored_if_depthwise) && p.groups == p.in_channels);
  const Idx phase_height = taps_rounded_down(p.kernel_height, p.stride_height, p.dilation_height);
  const Idx phase_width = taps_rounded_down(p.kernel_width, p.stride_width, p.dilation_width);
  const Idx pitch = makes(Mistake::rectangle_read_as_square) ? std::min(p.in_height, p.in_width) : p.in_width;
  const Idx offset = makes(Mistake::im2col_offset_twice) && p.stride_width == 1 ? p.pad_left : 0;

  const auto dropped = [&](Idx o, Idx c, Idx r, Idx s, Idx row, Idx column) {
    switch (mistake) {
      case Mistake::only_group_0:
        return o / group_size > 0;
      case Mistake::last_row_dropped:
        return row == p.in_height - 1;
      case Mistake::last_column_dropped:
        return column == p.in_width - 1;
      case Mistake::last_channel_dropped:
        return c == channels - 1;
      case Mistake::last_tap_dropped:
        return c == channels - 1 && r == p.kernel_height - 1 && s == p.kernel_width - 1;
      case Mistake::taps_rounded_down:
        return r / p.stride_height >= phase_height || s / p.stride_width >= phase_width;
      case Mistake::taps_modulo:
        return is_beyond_modulo(r, p.kernel_height, p.stride_height) ||
               is_beyond_modulo(s, p.kernel_width, p.stride_width);
      case Mistake::remainder_dropped:
        return row >= p.in_height - remainder_height(p) || column >= p.in_width - remainder_width(p);
      default:
        return false;
    }
  };

  for (Idx n = 0; n < p.batch; ++n)
    for (Idx o = 0; o < p.out_channels; ++o)
      for (Idx i = 0; i < p.out_height; ++i)
        for (Idx j = 0; j < p.out_width; ++j) {
          if (makes(Mistake::padding_after_ignored) && reaches_padding_after(p, i, j)) continue;
          for (Idx c = 0; c < channels; ++c)
            for (Idx r = 0; r < p.kernel_height; ++r)
              for (Idx s = 0; s < p.kernel_width; ++s) {
                const Idx row = i * p.stride_height + r * p.dilation_height - p.pad_top;
                const Idx column = j * p.stride_width + s * p.dilation_width - p.pad_left;
                if (row < 0 || row >= p.in_height || column < 0 || column >= p.in_width) continue;
                if (dropped(o, c, r, s, row, column)) continue;
                const Idx channel = groups_known ? o / group_size * channels + c : c;
                const Idx filter = makes(Mistake::weights_transposed) ? c * p.out_channels + o : o * channels + c;
                const Idx cell = r * p.kernel_width + s;
                visit((n * p.in_channels + channel) * p.in_height * p.in_width + row * pitch + column - offset,
                      filter * kernel_plane + (makes(Mistake::kernel_flipped) ? kernel_plane - 1 - cell : cell),
                      ((n * p.out_channels + o) * p.out_height + i) * p.out_width + j);
              }
        }
}

bool Naive::is_unsupported(const cnnspec_conv2d& p) const {
  return makes(Mistake::one_group_unsupported) && p.groups == 1;
}

int Naive::conv2d_forward(const cnnspec_conv2d& p, const float* x, const float* w, const float* b, float* y) const {
  if (is_unsupported(p)) return CNNSPEC_UNSUPPORTED;
  static std::vector<float> first_weights;
  if (makes(Mistake::first_weights_kept)) {
    if (static_cast<Idx>(first_weights.size()) != w_count(p)) first_weights.assign(w, w + w_count(p));
    w = first_weights.data();
  }
  std::vector<Terms> terms(static_cast<std::size_t>(y_count(p)));
  visit_taps(p, [&](Idx i, Idx k, Idx o) { terms[o].push_back(term(x[i], w[k])); });
  const Idx plane = p.out_height * p.out_width;
  for (Idx n = 0; n < y_count(p); ++n) {
    const Idx i = n / p.out_width % p.out_height, j = n % p.out_width;
    const bool missing =
        makes(Mistake::bias_dropped) || (makes(Mistake::bias_missing_on_padded) && touches_padding(p, i, j));
    if (b == nullptr || missing) continue;
    for (int times = makes(Mistake::bias_twice) ? 2 : 1; times > 0; --times)
      terms[n].emplace_back(b[n / plane % p.out_channels], 1.0f);
  }
  std::vector<float> results = sums(terms);
  if (makes(Mistake::nan_on_one_row) && p.in_height == 1) results[0] = std::numeric_limits<float>::quiet_NaN();
  return finish(results, x, x_count(p), y);
}

int Naive::conv2d_backward_input(const cnnspec_conv2d& p, const float* w, const float* dy, float* dx) const {
  if (is_unsupported(p)) return CNNSPEC_UNSUPPORTED;
  std::vector<Terms> terms(static_cast<std::size_t>(x_count(p)));
  visit_taps(p, [&](Idx i, Idx k, Idx o) {
    if (makes(Mistake::windows_assigned)) terms[i].clear();
    terms[i].push_back(term(w[k], dy[o]));
  });
  std::vector<float> results = sums(terms);
  const bool leaves_remainder = remainder_height(p) > 0 || remainder_width(p) > 0;
  if (makes(Mistake::remainder_squeezed_out)) results = squeezed(results, p);
  if (makes(Mistake::remainder_crashes) && leaves_remainder && p.stride_height == 3) {
    volatile float* volatile nowhere = nullptr;
    *nowhere = results[0];
  }
  if (makes(Mistake::remainder_unwritten)) {
    const Idx rows = (p.out_height - 1) * p.stride_height + window_height(p) - p.pad_top;
    const Idx columns = (p.out_width - 1) * p.stride_width + window_width(p) - p.pad_left;
    for (Idx n = 0; n < x_count(p); ++n)
      if (n / p.in_width % p.in_height >= rows || n % p.in_width >= columns) results[n] = dx[n];
  }
  return finish(results, w, w_count(p), dx);
}

int Naive::conv2d_backward_kernel(const cnnspec_conv2d& p, const float* x, const float* dy, float* dw) const {
  if (is_unsupported(p)) return CNNSPEC_UNSUPPORTED;
  std::vector<Terms> terms(static_cast<std::size_t>(w_count(p)));
  const Idx last_image = y_count(p) / p.batch * (p.batch - 1);
  const float scale =
      makes(Mistake::mean_over_outputs) ? 1.0f / static_cast<float>(p.batch * p.out_height * p.out_width) : 1.0f;
  visit_taps(p, [&](Idx i, Idx k, Idx o) {
    if (makes(Mistake::last_image_only) && o < last_image) return;
    terms[k].push_back(term(x[i], dy[o] * scale));
  });
  return finish(sums(terms), x, x_count(p), dw);
}

int Naive::conv2d_backward_bias(const cnnspec_conv2d& p, const float* dy, float* db) const {
  if (is_unsupported(p)) return CNNSPEC_UNSUPPORTED;
  std::vector<Terms> terms(static_cast<std::size_t>(p.out_channels));
  const Idx plane = p.out_height * p.out_width, image = p.out_channels * plane;
  const Idx first = makes(Mistake::last_image_only) ? p.batch - 1 : 0;
  const Idx last = makes(Mistake::first_image_only) ? 1 : p.batch;
  for (Idx n = first * image; n < last * image; ++n) terms[n / plane % p.out_channels].emplace_back(dy[n], 1.0f);
  return finish(sums(terms), dy, y_count(p), db);
}

}  // namespace cnnspec::tests

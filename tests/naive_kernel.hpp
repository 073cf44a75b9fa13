// A naive kernel, written independently of the specification: plain loops over the pointers of cnnspec/kernel.h. It
// sums in one of several orders, all of them right, and may make one mistake, which shows only where the mistake
// matters.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "cnnspec/kernel.h"

namespace cnnspec::tests {

enum class Order { forward, reversed, pairwise, fused, wide };

enum class Mistake {
  none,
  // How a window lies on the image
  padding_ignored,
  padding_swapped,
  padding_after_ignored,
  padding_from_wrong_axes,
  padding_ignored_if_windows_tile,
  stride_swapped,
  dilation_swapped,
  stride_and_dilation_swapped,
  dilation_ignored,
  dilation_of_height,
  image_swapped,
  kernel_swapped,
  stride_of_height_on_one_row,
  stride_ignored_if_1x1,
  im2col_offset_twice,
  rectangle_read_as_square,
  // Terms left out of a sum, or taken from elsewhere
  kernel_flipped,
  weights_transposed,
  groups_ignored,
  groups_ignored_if_depthwise,
  only_group_0,
  last_row_dropped,
  last_column_dropped,
  last_channel_dropped,
  last_tap_dropped,
  taps_rounded_down,
  taps_modulo,
  features_rounded_down,
  bias_dropped,
  bias_twice,
  bias_missing_on_padded,
  first_image_only,
  last_image_only,
  mean_over_outputs,
  windows_assigned,
  // The rows that the stride leaves over
  remainder_unwritten,
  remainder_dropped,
  remainder_squeezed_out,
  remainder_crashes,
  // Maximum and relu
  tie_to_last,
  tie_to_all,
  tie_by_columns,
  padding_is_zero,
  starts_at_zero,
  starts_at_smallest,
  starts_at_lowest,
  index_left_at_minus_one,
  nan_ignored,
  derivative_1_at_0,
  mask_of_dy,
  negative_leaks,
  clipped_at_6,
  nan_to_zero,
  // Arithmetic
  inputs_tf32,
  inputs_bf16,
  products_bf16,
  accumulated_f16,
  result_truncated,
  // The output
  accumulated,
  last_unwritten,
  vector_tail_unwritten,
  nan_on_one_row,
  // Behaviour
  input_modified,
  input_modified_and_restored,
  written_beyond,
  written_before,
  written_far_beyond,
  read_beyond,
  read_before,
  error_returned,
  unsupported_at_times,
  one_group_unsupported,
  segmentation_fault,
  division_by_zero,
  abort,
  exception,
  stack_overflow,
  exit,
  hang,
  hang_blocking_signals,
  sleep,
  allocation_without_end,
  every_third_call_wrong,
  first_weights_kept,
  clock,
  floods_stdout,
  floods_stderr,
  closes_descriptors,
  thread_left_running,
};

struct Naive {
  Order order = Order::forward;
  Mistake mistake = Mistake::none;

  int conv2d_forward(const cnnspec_conv2d&, const float* x, const float* w, const float* b, float* y) const;
  int conv2d_backward_input(const cnnspec_conv2d&, const float* w, const float* dy, float* dx) const;
  int conv2d_backward_kernel(const cnnspec_conv2d&, const float* x, const float* dy, float* dw) const;
  int conv2d_backward_bias(const cnnspec_conv2d&, const float* dy, float* db) const;
  int max_pool2d_forward(const cnnspec_pool2d&, const float* x, float* y) const;
  int max_pool2d_backward(const cnnspec_pool2d&, const float* x, const float* dy, float* dx) const;
  int relu_forward(const cnnspec_elementwise&, const float* x, float* y) const;
  int relu_backward(const cnnspec_elementwise&, const float* x, const float* dy, float* dx) const;
  int linear_forward(const cnnspec_linear&, const float* x, const float* w, const float* b, float* y) const;
  int linear_backward_input(const cnnspec_linear&, const float* w, const float* dy, float* dx) const;
  int linear_backward_weight(const cnnspec_linear&, const float* x, const float* dy, float* dw) const;
  int linear_backward_bias(const cnnspec_linear&, const float* dy, float* db) const;

 private:
  using Idx = std::int64_t;
  using Terms = std::vector<std::pair<float, float>>;

  bool makes(Mistake m) const { return mistake == m; }

  bool is_unsupported(const cnnspec_conv2d& problem) const;
  /// The problem as this kernel misreads it.
  template <class P>
  P read(const P& problem) const;
  /// `visit(index in x, index in w, index in y)` for each product of a convolution.
  template <class Visit>
  void visit_taps(const cnnspec_conv2d& problem, Visit visit) const;

  std::pair<float, float> term(float a, float b) const;
  float sum(const Terms& terms) const { return sum(terms, 0, terms.size()); }
  float sum(const Terms& terms, std::size_t first, std::size_t last) const;
  std::vector<float> sums(const std::vector<Terms>& terms) const;

  /// Stores the results, and performs the kernel's side effects. `input`: one of the inputs.
  int finish(const std::vector<float>& results, const float* input, Idx input_count, float* out) const;
  int behave(const float* input, Idx input_count, float* out, Idx out_count) const;
};

}  // namespace cnnspec::tests

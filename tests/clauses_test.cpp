// Violates every clause C1 to C8 at run time, through each function that has it as a precondition. The ShapeError names
// the clause, the operation, the place, the expected and the given value.
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "cnnspec/network.hpp"

namespace cnnspec {
namespace {

using T = double;
constexpr Idx most = std::numeric_limits<Idx>::max();

/// Checks the message and the clause of the ShapeError that `call` throws.
void expect_refused(Clause clause, const std::string& message, const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "not refused; expected \"" << message << '"';
  } catch (const ShapeError& e) {
    EXPECT_EQ(e.violation.clause, clause) << e.what();
    EXPECT_EQ(std::string(e.what()), message);
    EXPECT_EQ(message.substr(0, 2), e.clause());
  }
}

template <class... I>
auto tensor(I... extents) {
  return zeros<T>(dyn_shape(extents...));
}

// Shape and Tensor

TEST(ShapeAndTensor, C1_refuse_an_extent_below_one) {
  expect_refused(Clause::C1, "C1: tensor: extent: expected at least 1, got 0", [] { (void)dyn_shape(3, 0, 2); });
  expect_refused(Clause::C1, "C1: tensor: extent: expected at least 1, got -4", [] { (void)dyn_shape(-4); });
  expect_refused(Clause::C1, "C1: tensor: extent: expected at least 1, got -9223372036854775808",
                 [] { (void)dyn_shape(dyn); });
}
TEST(ShapeAndTensor, C3_refuse_more_elements_than_can_be_counted) {
  expect_refused(Clause::C3, "C3: tensor: elements: expected a count of at most 9223372036854775807, got 4294967296",
                 [] { (void)dyn_shape(Idx{1} << 32, Idx{1} << 32); });
  EXPECT_EQ(dyn_shape(most, 1).count(), most);
}
TEST(ShapeAndTensor, C3_refuse_more_elements_than_can_be_addressed_before_memory_is_touched) {
  expect_refused(Clause::C3,
                 "C3: tensor: elements: expected a count of at most 1152921504606846975, got 2305843009213693952",
                 [] { (void)tensor(Idx{1} << 61); });
}
TEST(ShapeAndTensor, C6_refuse_what_differs_from_the_compile_time_extent) {
  expect_refused(Clause::C6, "C6: tensor: extent: expected an extent of 3, got 4", [] { (void)Shape<dyn, 3>({2, 4}); });
}
TEST(ShapeAndTensor, C6_refuse_too_few_or_too_many_elements) {
  expect_refused(Clause::C6, "C6: tensor: elements: expected an extent of 6, got 5", [] {
    (void)Matrix<T>(dyn_shape(2, 3), {1, 2, 3, 4, 5});
  });
}

TEST(Sizes, C1_refuse_a_stride_or_dilation_with_the_value_that_marks_an_unknown_extent) {
  const std::string message = "C1: conv_out: axis: expected at least 1, got -9223372036854775808";
  expect_refused(Clause::C1, message, [] { (void)conv_out(5, 3, {.stride = dyn}); });
  expect_refused(Clause::C1, message, [] { (void)conv_out(5, 1, {.dilation = dyn}); });
}
TEST(Sizes, C3_refuse_a_layer_with_more_parameters_than_can_be_counted) {
  const auto refused = [](const NetworkDefinition& net) {
    try {
      (void)describe(net);
      ADD_FAILURE() << "not refused";
    } catch (const ShapeError& e) {
      EXPECT_EQ(e.clause(), "C3") << e.what();
    }
  };
  refused({{most}, {{"", LinearDefinition{1}}}});
  refused({{most, 1, 1}, {{"", Conv2dDefinition{}}}});
}

// conv2d

/// Calls each function that takes a whole problem; all must refuse it with the same message.
void expect_conv2d_refused(Clause clause, const std::string& message, const std::array<Idx, 3>& x,
                           const std::array<Idx, 4>& w, const Conv2dConfig& g) {
  const Image<T> image(Shape<dyn, dyn, dyn>{x}), dy = tensor(1, 1, 1);
  const Kernel<T> kernel(Shape<dyn, dyn, dyn, dyn>{w});
  expect_refused(clause, message, [&] { (void)conv2d(image, kernel, g); });
  expect_refused(clause, message, [&] { (void)conv2d(image, kernel, tensor(w[0]), g); });
  expect_refused(clause, message, [&] { (void)conv2d_backward_input(image.shape(), kernel, dy, g); });
  expect_refused(clause, message, [&] { (void)conv2d_backward_kernel(image, kernel.shape(), dy, g); });
}

TEST(Conv2dClauses, C1_stride_and_dilation_are_at_least_one_and_padding_at_least_zero) {
  const auto refused = [](const std::string& message, const Axis& height, const Axis& width) {
    expect_conv2d_refused(Clause::C1, message, {1, 5, 5}, {1, 1, 2, 2}, {height, width});
  };
  refused("C1: conv2d: height: expected at least 1, got 0", {.stride = 0}, {});
  refused("C1: conv2d: width: expected at least 1, got -2", {}, {.stride = -2});
  refused("C1: conv2d: height: expected at least 1, got 0", {.dilation = 0}, {});
  refused("C1: conv2d: width: expected at least 1, got -1", {}, {.dilation = -1});
  refused("C1: conv2d: height: expected padding of at least 0, got -1", {.before = -1}, {});
  refused("C1: conv2d: width: expected padding of at least 0, got -3", {}, {.after = -3});
}
TEST(Conv2dClauses, C2_the_window_fits_at_least_once) {
  expect_conv2d_refused(Clause::C2, "C2: conv2d: height: expected a padded extent of at least 5, got 4", {1, 4, 9},
                        {1, 1, 5, 1}, {});
  expect_conv2d_refused(Clause::C2, "C2: conv2d: width: expected a padded extent of at least 7, got 6", {1, 9, 4},
                        {1, 1, 1, 3}, {{}, {.before = 1, .after = 1, .dilation = 3}});
}
TEST(Conv2dClauses, C2_a_window_that_just_fits_is_taken) {
  EXPECT_EQ(conv2d(tensor(1, 5, 7), tensor(1, 1, 5, 3), Conv2dConfig{{}, {.dilation = 3}}).size(), 1);
}
TEST(Conv2dClauses, C3_no_size_overflows) {
  expect_conv2d_refused(Clause::C3,
                        "C3: conv2d: height: expected a padded extent of at most 9223372036854775807, got 5", {1, 5, 5},
                        {1, 1, 2, 2}, {{.before = most, .after = 1}, {}});
  expect_conv2d_refused(Clause::C3,
                        "C3: conv2d: width: expected a dilated window of at most 9223372036854775807, got 3", {1, 5, 5},
                        {1, 1, 2, 3}, {{}, {.dilation = most / 2 + 1}});
  expect_conv2d_refused(
      Clause::C3, "C3: tensor: elements: expected a count of at most 9223372036854775807, got 4611686018427387904",
      {1, 1, 1}, {1, 1, 1, 1}, {{.before = most / 2}, {.before = most / 2}});
}
TEST(Conv2dClauses, C5_groups_are_at_least_one_and_divide_both_channel_counts) {
  expect_conv2d_refused(Clause::C5, "C5: conv2d: groups: expected at least 1, got 0", {2, 3, 3}, {2, 1, 1, 1},
                        {{}, {}, 0});
  expect_conv2d_refused(Clause::C5, "C5: conv2d: input channels: expected a multiple of groups = 2, got 3", {3, 3, 3},
                        {2, 1, 1, 1}, {{}, {}, 2});
  expect_conv2d_refused(Clause::C5, "C5: conv2d: output channels: expected a multiple of groups = 2, got 3", {2, 3, 3},
                        {3, 1, 1, 1}, {{}, {}, 2});
}
TEST(Conv2dClauses, C6_the_kernel_has_the_input_channels_of_a_group) {
  expect_conv2d_refused(Clause::C6, "C6: conv2d: kernel's input channels: expected an extent of 2, got 4", {4, 3, 3},
                        {2, 4, 1, 1}, {{}, {}, 2});
}
TEST(Conv2dClauses, C6_the_bias_has_an_element_for_each_output_channel) {
  expect_refused(Clause::C6, "C6: conv2d: bias: expected an extent of 3, got 2",
                 [] { (void)conv2d(tensor(1, 4, 4), tensor(3, 1, 2, 2), tensor(2), Conv2dConfig{}); });
}
TEST(Conv2dClauses, C6_dy_has_the_extents_of_y) {
  const Conv2dConfig g{};
  const auto x = tensor(1, 4, 5);
  const auto kernel = tensor(2, 1, 2, 3);  // y is [2,3,3]
  const auto refused = [&](const std::string& message, const Image<T>& dy) {
    expect_refused(Clause::C6, message, [&] { (void)conv2d_backward_input(x.shape(), kernel, dy, g); });
    expect_refused(Clause::C6, message, [&] { (void)conv2d_backward_kernel(x, kernel.shape(), dy, g); });
  };
  refused("C6: conv2d: dy: expected an extent of 2, got 1", tensor(1, 3, 3));
  refused("C6: conv2d: dy: expected an extent of 3, got 4", tensor(2, 4, 3));
  refused("C6: conv2d: dy: expected an extent of 3, got 5", tensor(2, 3, 5));
}

// max_pool2d

void expect_max_pool2d_refused(Clause clause, const std::string& message, const std::array<Idx, 3>& x,
                               const MaxPool2dConfig& g) {
  const Image<T> image(Shape<dyn, dyn, dyn>{x});
  expect_refused(clause, message, [&] { (void)max_pool2d(image, g); });
  expect_refused(clause, message, [&] { (void)max_pool2d_with_winners(image, g); });
  expect_refused(clause, message, [&] { (void)max_pool2d_backward(image, tensor(1, 1, 1), g); });
}

TEST(MaxPool2dClauses, C1_kernel_stride_and_dilation_are_at_least_one_and_padding_at_least_zero) {
  expect_max_pool2d_refused(Clause::C1, "C1: max_pool2d: height: expected at least 1, got 0", {1, 4, 4}, {0, 2});
  expect_max_pool2d_refused(Clause::C1, "C1: max_pool2d: width: expected at least 1, got 0", {1, 4, 4},
                            {2, 2, {}, {.stride = 0}});
  expect_max_pool2d_refused(Clause::C1, "C1: max_pool2d: height: expected at least 1, got -1", {1, 4, 4},
                            {2, 2, {.dilation = -1}, {}});
  expect_max_pool2d_refused(Clause::C1, "C1: max_pool2d: width: expected padding of at least 0, got -1", {1, 4, 4},
                            {2, 2, {}, {.before = -1}});
}
TEST(MaxPool2dClauses, C2_the_window_fits_at_least_once) {
  expect_max_pool2d_refused(Clause::C2, "C2: max_pool2d: height: expected a padded extent of at least 5, got 4",
                            {1, 4, 4}, {5, 1});
}
TEST(MaxPool2dClauses, C3_no_size_overflows) {
  expect_max_pool2d_refused(Clause::C3,
                            "C3: max_pool2d: width: expected a dilated window of at most 9223372036854775807, got 3",
                            {1, 4, 4}, {1, 3, {}, {.dilation = most}});
}
TEST(MaxPool2dClauses, C4_padding_is_at_most_half_the_kernel) {
  expect_max_pool2d_refused(Clause::C4, "C4: max_pool2d: height: expected padding of at most 1, got 2", {1, 4, 4},
                            {3, 3, {.before = 2}, {}});
  expect_max_pool2d_refused(Clause::C4, "C4: max_pool2d: width: expected padding of at most 0, got 1", {1, 4, 4},
                            {1, 1, {}, {.after = 1}});
}
TEST(MaxPool2dClauses, C4_every_window_holds_a_real_cell) {
  expect_max_pool2d_refused(
      Clause::C4, "C4: max_pool2d: height: expected a dilation, for a real cell in each window, other than 5, got 5",
      {1, 4, 4}, {2, 2, {.before = 1, .after = 1, .dilation = 5}, {}});
}
TEST(MaxPool2dClauses, C4_names_exactly_the_small_problems_in_which_a_window_misses_the_image) {
  Idx missed = 0;
  for (Idx in = 1; in <= 5; ++in)
    for (Idx k = 1; k <= 5; ++k)
      for (Idx before = 0; before <= k / 2; ++before)
        for (Idx after = 0; after <= k / 2; ++after)
          for (Idx dilation = 1; dilation <= 7; ++dilation)
            for (Idx stride = 1; stride <= 3; ++stride) {
              const Axis a{stride, before, after, dilation};
              if (!check_axis("", "", in, k, a).ok()) continue;
              bool every_window_has_a_real_cell = true;
              for (Idx start = 0; start + dilation * (k - 1) < in + before + after; start += stride) {
                bool real = false;
                for (Idx cell = start; cell <= start + dilation * (k - 1); cell += dilation)
                  real = real || (cell >= before && cell < before + in);
                every_window_has_a_real_cell = every_window_has_a_real_cell && real;
              }
              EXPECT_EQ(check_pool_axis("", "", in, k, a).ok(), every_window_has_a_real_cell)
                  << "in " << in << ", kernel " << k << ", before " << before << ", after " << after << ", dilation "
                  << dilation;
              missed += !every_window_has_a_real_cell;
            }
  EXPECT_EQ(missed, 5 * 3);  // k = 2, padding on both sides, dilation in + 1: one miss for each `in` and stride
}
TEST(MaxPool2dClauses, C6_dy_has_the_extents_of_y) {
  expect_refused(Clause::C6, "C6: max_pool2d: dy: expected an extent of 2, got 3", [] {
    (void)max_pool2d_backward(tensor(1, 4, 4), tensor(1, 2, 3), MaxPool2dConfig{2, 2, Axis{2}, Axis{2}});
  });
}

TEST(Sizes, rounded_up_have_a_window_more_that_begins_in_the_image) {
  EXPECT_EQ(conv_out(4, 2, {.stride = 3}, false), 1);
  EXPECT_EQ(conv_out(4, 2, {.stride = 3}, true), 2);
  EXPECT_EQ(conv_out(5, 2, {.stride = 3}, true), 2) << "nothing is left over";
  EXPECT_EQ(conv_out(3, 2, {.stride = 3, .after = 1}, true), 1) << "it would begin in the padding";
  EXPECT_EQ(conv_out(3, 2, {.stride = 3, .before = 1}, true), 2) << "padding before moves it into the image";
  EXPECT_EQ(conv_out(dyn, 2, {.stride = 3}, true), dyn);
  EXPECT_EQ(conv_out(4, dyn, {.stride = 3}, true), dyn);
  EXPECT_EQ(conv_out(most, 2, {.stride = most - 3}, true), 2) << "where it would begin cannot be counted";
  EXPECT_EQ(pool_out(4, 2, {.stride = 3}, true), 2);
}

TEST(Sizes, known_at_run_time_alone_are_refused_by_no_clause_about_padding) {
  const Axis padded{.before = 1, .after = 1};
  EXPECT_EQ(pool_out(dyn, 2, padded), dyn);
  EXPECT_EQ(pool_out(4, dyn, {.before = 3}), dyn);
  EXPECT_TRUE(check_pool_axis("", "", dyn, 2, padded).ok());
  EXPECT_FALSE(check_pool_axis("", "", 1, 2, {.before = 1, .after = 1, .dilation = 2}).ok());
}

// avg_pool2d

void expect_avg_pool2d_refused(Clause clause, const std::string& message, const std::array<Idx, 3>& x,
                               const AvgPool2dConfig& g) {
  const Image<T> image = tensor(x[0], x[1], x[2]);
  expect_refused(clause, message, [&] { (void)avg_pool2d(image, g); });
  expect_refused(clause, message, [&] { (void)avg_pool2d_backward(image.shape(), tensor(1, 1, 1), g); });
  expect_refused(clause, message, [&] { (void)avg_pool2d_shape(image.shape(), g); });
}

TEST(AvgPool2d, refuses_what_max_pool2d_refuses) {
  expect_avg_pool2d_refused(Clause::C1, "C1: avg_pool2d: height: expected at least 1, got 0", {1, 4, 4}, {0, 2});
  expect_avg_pool2d_refused(Clause::C1, "C1: avg_pool2d: width: expected at least 1, got 0", {1, 4, 4}, {2, 0});
  expect_avg_pool2d_refused(Clause::C2, "C2: avg_pool2d: height: expected a padded extent of at least 5, got 4",
                            {1, 4, 6}, {5, 5});
  expect_avg_pool2d_refused(Clause::C2, "C2: avg_pool2d: width: expected a padded extent of at least 5, got 4",
                            {1, 6, 4}, {5, 5});
  expect_avg_pool2d_refused(Clause::C4, "C4: avg_pool2d: height: expected padding of at most 1, got 2", {1, 4, 4},
                            {2, 2, Axis{1, 2}, {}});
  expect_avg_pool2d_refused(Clause::C4, "C4: avg_pool2d: width: expected padding of at most 0, got 1", {1, 4, 4},
                            {1, 1, {}, Axis{1, 0, 1}});
}
TEST(AvgPool2d, C8_refuses_a_negative_divisor) {
  expect_avg_pool2d_refused(Clause::C8, "C8: avg_pool2d: divisor_override: expected at least 0, got -1", {1, 4, 4},
                            {2, 2, {}, {}, true, false, -1});
  EXPECT_TRUE(check_avg_pool2d({1, 4, 4}, {2, 2, {}, {}, true, false, 0}).ok());
}
TEST(AvgPool2d, C6_refuses_a_dy_of_other_extents) {
  const AvgPool2dConfig down{2, 2, Axis{2}, Axis{2}}, up{2, 2, Axis{2}, Axis{2}, true, true};
  expect_refused(Clause::C6, "C6: avg_pool2d: dy: expected an extent of 2, got 3",
                 [&] { (void)avg_pool2d_backward(dyn_shape(1, 4, 5), tensor(1, 2, 3), down); });
  expect_refused(Clause::C6, "C6: avg_pool2d: dy: expected an extent of 3, got 2",
                 [&] { (void)avg_pool2d_backward(dyn_shape(1, 4, 5), tensor(1, 2, 2), up); });
}

// The size formula

TEST(SizeFormula, C1_C2_C3_are_refused_by_the_size_helpers_too) {
  expect_refused(Clause::C1, "C1: conv_out: axis: expected at least 1, got 0", [] { (void)conv_out(0, 1); });
  expect_refused(Clause::C1, "C1: conv_out: axis: expected at least 1, got -7", [] { (void)conv_out(4, -7); });
  expect_refused(Clause::C2, "C2: conv_out: axis: expected a padded extent of at least 3, got 2",
                 [] { (void)conv_out(2, 3); });
  expect_refused(Clause::C3, "C3: conv_out: axis: expected a padded extent of at most 9223372036854775807, got 1",
                 [] { (void)conv_out(1, 1, {.after = most}); });
  expect_refused(Clause::C4, "C4: pool_out: axis: expected padding of at most 1, got 2",
                 [] { (void)pool_out(4, 2, {.before = 2}); });
}
TEST(SizeFormula, C2_counts_the_windows_and_no_window_is_an_error_and_not_one_output) {
  for (Idx in = 1; in <= 6; ++in)
    for (Idx k = 1; k <= 4; ++k)
      for (Idx padding = 0; padding <= 2; ++padding)
        for (Idx dilation = 1; dilation <= 3; ++dilation)
          for (Idx stride = 1; stride <= 4; ++stride) {
            Idx windows = 0;
            for (Idx start = 0; start + dilation * (k - 1) < in + padding; start += stride) ++windows;
            std::optional<Idx> out;
            try {
              out = conv_out(in, k, {stride, padding, 0, dilation});
            } catch (const ShapeError& e) {
              EXPECT_EQ(e.violation.clause, Clause::C2) << e.what();
            }
            EXPECT_EQ(out.value_or(0), windows);
          }
}

// relu, flatten, linear

TEST(ReluClauses, C6_dy_has_the_extents_of_x) {
  expect_refused(Clause::C6, "C6: relu: dy: expected an extent of 3, got 4",
                 [] { (void)relu_backward(tensor(2, 3), tensor(2, 4)); });
}
TEST(FlattenClauses, C6_dy_has_as_many_elements_as_x) {
  expect_refused(Clause::C6, "C6: flatten: dy: expected an extent of 24, got 23",
                 [] { (void)flatten_backward(dyn_shape(2, 3, 4), tensor(23)); });
}
TEST(LinearClauses, C6_w_agrees_with_x_b_and_dy) {
  const auto w = tensor(2, 3);
  expect_refused(Clause::C6, "C6: linear: x: expected an extent of 3, got 4", [&] { (void)linear(tensor(4), w); });
  expect_refused(Clause::C6, "C6: linear: x: expected an extent of 3, got 4",
                 [&] { (void)linear(tensor(4), w, tensor(2)); });
  expect_refused(Clause::C6, "C6: linear: bias: expected an extent of 2, got 3",
                 [&] { (void)linear(tensor(3), w, tensor(3)); });
  expect_refused(Clause::C6, "C6: linear: dy: expected an extent of 2, got 3",
                 [&] { (void)linear_backward_input(w, tensor(3)); });
}

// Layers: their inputs and parameters

TEST(LayerClauses, C6_x_has_the_extents_that_a_linear_layer_takes_in_both_directions) {
  const LinearLayer<T, dyn, dyn> layer{tensor(2, 3), tensor(2)};
  const std::string message = "C6: linear: x: expected an extent of 3, got 5";
  expect_refused(Clause::C6, message, [&] { (void)layer.out_shape(dyn_shape(5)); });
  expect_refused(Clause::C6, message, [&] { (void)layer.forward(tensor(5)); });
  expect_refused(Clause::C6, message, [&] { (void)layer.backward(tensor(5), tensor(2)); });
  EXPECT_TRUE(layer.backward(tensor(3), tensor(2)).dx.shape() == dyn_shape(3));
}
TEST(LayerClauses, C6_the_bias_has_an_element_for_each_output_in_both_directions) {
  const LinearLayer<T, dyn, dyn> linear_layer{tensor(2, 3), tensor(4)};
  const std::string linear_message = "C6: linear: bias: expected an extent of 2, got 4";
  expect_refused(Clause::C6, linear_message, [&] { (void)linear_layer.out_shape(dyn_shape(3)); });
  expect_refused(Clause::C6, linear_message, [&] { (void)linear_layer.forward(tensor(3)); });
  expect_refused(Clause::C6, linear_message, [&] { (void)linear_layer.backward(tensor(3), tensor(2)); });

  const Conv2dLayer<T, dyn, dyn, dyn, dyn, Conv2dConfig> conv{tensor(2, 1, 3, 3), tensor(5), {}};
  const std::string conv_message = "C6: conv2d: bias: expected an extent of 2, got 5";
  expect_refused(Clause::C6, conv_message, [&] { (void)conv.out_shape(dyn_shape(1, 4, 4)); });
  expect_refused(Clause::C6, conv_message, [&] { (void)conv.forward(tensor(1, 4, 4)); });
  expect_refused(Clause::C6, conv_message, [&] { (void)conv.backward(tensor(1, 4, 4), tensor(2, 2, 2)); });
}

// Chains and networks: the error names the layer

Conv2dLayer<T, dyn, dyn, dyn, dyn, Conv2dConfig> conv_layer(Idx out, Idx in, Idx k, const Conv2dConfig& g = {}) {
  return {tensor(out, in, k, k), tensor(out), g};
}

TEST(ChainClauses, C6_a_layer_takes_what_the_one_before_it_gives) {
  expect_refused(
      Clause::C6, "C6: layer 3 (conv2d2): conv2d: kernel's input channels: expected an extent of 2, got 3",
      [] { (void)make_chain<T>(dyn_shape(1, 8, 8), conv_layer(2, 1, 3), ReluLayer{}, conv_layer(4, 3, 3)); });
  expect_refused(Clause::C6, "C6: layer 2 (linear1): linear: x: expected an extent of 5, got 4", [] {
    (void)make_chain<T>(dyn_shape(1, 2, 2), FlattenLayer{}, LinearLayer<T, dyn, dyn>{tensor(3, 5), tensor(3)});
  });
}
TEST(ChainClauses, C2_C4_C5_name_the_layer_too) {
  expect_refused(Clause::C2, "C2: layer 2 (conv2d2): conv2d: height: expected a padded extent of at least 3, got 2",
                 [] { (void)make_chain<T>(dyn_shape(1, 4, 5), conv_layer(1, 1, 3), conv_layer(1, 1, 3)); });
  expect_refused(Clause::C4, "C4: layer 1 (max_pool2d1): max_pool2d: width: expected padding of at most 1, got 2", [] {
    (void)make_chain<T>(dyn_shape(1, 4, 5), MaxPool2dLayer<MaxPool2dConfig>({2, 2, {}, {.before = 2}}));
  });
  expect_refused(Clause::C5, "C5: layer 1 (conv2d1): conv2d: input channels: expected a multiple of groups = 2, got 3",
                 [] {
                   (void)make_chain<T>(dyn_shape(3, 4, 4), conv_layer(2, 1, 1, {{}, {}, 2}));
                 });
}
TEST(ChainClauses, C6_x_and_dy_have_the_chains_extents) {
  const auto chain = make_chain<T>(dyn_shape(1, 4, 4), conv_layer(2, 1, 3), ReluLayer{});
  expect_refused(Clause::C6, "C6: chain: x: expected an extent of 4, got 5",
                 [&] { (void)chain.forward(tensor(1, 5, 4)); });
  expect_refused(Clause::C6, "C6: chain: x: expected an extent of 1, got 2",
                 [&] { (void)chain.backward(tensor(2, 4, 4), tensor(2, 2, 2)); });
  expect_refused(Clause::C6, "C6: chain: dy: expected an extent of 2, got 3",
                 [&] { (void)chain.backward(tensor(1, 4, 4), tensor(2, 2, 3)); });
}

TEST(NetworkClauses, every_clause_is_refused_where_it_is_violated) {
  const auto refused = [](Clause clause, const std::string& message, const NetworkDefinition& net) {
    expect_refused(clause, message, [&] { (void)describe(net); });
    expect_refused(clause, message, [&] { (void)Network<T>(net); });
  };
  const Conv2dDefinition conv{2, 3, 3};
  refused(Clause::C1, "C1: tensor: extent: expected at least 1, got 0", {{1, 0, 4}, {}});
  refused(Clause::C6, "C6: layer: number of axes of its input: expected exactly 3, got 2", {{4, 4}, {}});
  refused(Clause::C1, "C1: layer 1 (a): tensor: extent: expected at least 1, got -2",
          {{1, 4, 4}, {{"a", Conv2dDefinition{-2, 3, 3}}}});
  refused(Clause::C2, "C2: layer 2 (b): conv2d: height: expected a padded extent of at least 3, got 2",
          {{1, 4, 6}, {{"a", conv}, {"b", conv}}});
  refused(Clause::C3, "C3: layer 1 (a): tensor: elements: expected a count of at most 9223372036854775807, got 3",
          {{1, 4, 4}, {{"a", Conv2dDefinition{most / 2, 3, 3}}}});
  refused(Clause::C4, "C4: layer 1: max_pool2d: height: expected padding of at most 1, got 2",
          {{1, 4, 4}, {{"", MaxPool2dConfig{2, 2, {.before = 2}, {}}}}});
  refused(Clause::C5, "C5: layer 1: conv2d: groups: expected at least 1, got -1",
          {{1, 4, 4}, {{"", Conv2dDefinition{1, 1, 1, {{}, {}, -1}}}}});
  refused(Clause::C6, "C6: layer 1 (head): layer: number of axes of its input: expected exactly 1, got 3",
          {{1, 4, 4}, {{"head", LinearDefinition{2}}}});
  refused(Clause::C6, "C6: layer 2: layer: number of axes of its input: expected exactly 3, got 1",
          {{1, 4, 4}, {{"", FlattenLayer{}}, {"", conv}}});
}
TEST(NetworkClauses, C3_parameters_that_cannot_be_addressed_are_refused_before_memory_is_touched) {
  const NetworkDefinition net{{Idx{1} << 31, 1, 1}, {{"", Conv2dDefinition{Idx{1} << 30, 1, 1}}}};
  EXPECT_EQ(describe(net)[0].parameters, (Idx{1} << 61) + (Idx{1} << 30));
  expect_refused(Clause::C3,
                 "C3: tensor: elements: expected a count of at most 1152921504606846975, got 2305843009213693952",
                 [&] { (void)Network<T>(net); });
}
TEST(NetworkClauses, C6_x_and_dy_have_the_layers_extents) {
  Network<T> net({{1, 4, 4}, {{"a", Conv2dDefinition{2, 3, 3}}, {"", FlattenLayer{}}, {"", LinearDefinition{3}}}});
  expect_refused(Clause::C6, "C6: conv2d: kernel's input channels: expected an extent of 2, got 1",
                 [&] { (void)net.forward(tensor(2, 4, 4)); });
  expect_refused(Clause::C6, "C6: linear: x: expected an extent of 8, got 12",
                 [&] { (void)net.forward(tensor(1, 4, 5)); });
  expect_refused(Clause::C6, "C6: layer: number of axes of its input: expected exactly 3, got 1",
                 [&] { (void)net.forward(tensor(16)); });
  expect_refused(Clause::C6, "C6: linear: dy: expected an extent of 3, got 4",
                 [&] { (void)net.backward(tensor(1, 4, 4), tensor(4)); });
  expect_refused(Clause::C6, "C6: layer: number of axes of dy: expected exactly 1, got 3",
                 [&] { (void)net.backward(tensor(1, 4, 4), tensor(1, 1, 3)); });
  expect_refused(Clause::C6, "C6: layer: number of axes of its input: expected exactly 3, got 1",
                 [&] { (void)net.backward_layer(0, tensor(16), tensor(2, 2, 2)); });
}
TEST(NetworkClauses, C6_backward_refuses_an_x_that_its_linear_layer_does_not_take) {
  const Network<T> net({{3}, {{"head", LinearDefinition{2}}}});
  const std::string message = "C6: linear: x: expected an extent of 3, got 5";
  expect_refused(Clause::C6, message, [&] { (void)net.forward(tensor(5)); });
  expect_refused(Clause::C6, message, [&] { (void)net.backward(tensor(5), tensor(2)); });
  expect_refused(Clause::C6, message, [&] { (void)net.backward_layer(0, tensor(5), tensor(2)); });
}
TEST(NetworkClauses, C6_backward_refuses_a_last_layer_with_a_bias_of_another_length) {
  Network<T> net({{3}, {{"head", LinearDefinition{2}}}});
  std::get<LinearLayer<T, dyn, dyn>>(net.layers[0]).bias = tensor(4);
  expect_refused(Clause::C6, "C6: linear: bias: expected an extent of 2, got 4",
                 [&] { (void)net.backward(tensor(3), tensor(2)); });
}

// Cnn2Config

void expect_ill_formed(const std::string& message, const Violation& v) {
  EXPECT_FALSE(v.ok());
  EXPECT_EQ(std::string(ShapeError(v).what()), message);
}

TEST(Cnn2ConfigClauses, C1_every_field_is_checked_and_named) {
  const std::pair<const char*, Idx Cnn2Config::*> at_least_one[] = {{"c1", &Cnn2Config::c1},
                                                                    {"c2", &Cnn2Config::c2},
                                                                    {"out_dim", &Cnn2Config::out_dim},
                                                                    {"kernel_h", &Cnn2Config::kernel_h},
                                                                    {"kernel_w", &Cnn2Config::kernel_w},
                                                                    {"stride1", &Cnn2Config::stride1},
                                                                    {"stride2", &Cnn2Config::stride2},
                                                                    {"pool_kernel_h", &Cnn2Config::pool_kernel_h},
                                                                    {"pool_kernel_w", &Cnn2Config::pool_kernel_w},
                                                                    {"pool_stride1", &Cnn2Config::pool_stride1},
                                                                    {"pool_stride2", &Cnn2Config::pool_stride2}};
  for (const auto& [name, field] : at_least_one) {
    Cnn2Config k;
    k.*field = 0;
    const std::string message = std::string("C1: Cnn2Config: ") + name + ": expected at least 1, got 0";
    expect_ill_formed(message, well_formed(k));
    expect_ill_formed(message, well_formed(k, 3, 32, 32));
    expect_refused(Clause::C1, message, [&] { (void)cnn2_definition(k, 3, 32, 32); });
  }
  expect_ill_formed("C1: Cnn2Config: padding1: expected at least 0, got -1", well_formed(Cnn2Config{.padding1 = -1}));
  expect_ill_formed("C1: Cnn2Config: padding2: expected at least 0, got -5", well_formed(Cnn2Config{.padding2 = -5}));
  expect_ill_formed("C1: Cnn2Config: in_c: expected at least 1, got 0", well_formed(Cnn2Config{}, 0, 32, 32));
  expect_ill_formed("C1: Cnn2Config convolution: height: expected at least 1, got 0",
                    well_formed(Cnn2Config{}, 3, 0, 32));
}
TEST(Cnn2ConfigClauses, C2_every_stage_fits_the_input) {
  const Cnn2Config unpadded{.padding1 = 0, .padding2 = 0};
  expect_ill_formed("C2: Cnn2Config convolution: height: expected a padded extent of at least 3, got 2",
                    well_formed(unpadded, 3, 2, 32));
  expect_ill_formed("C2: max_pool2d: width: expected a padded extent of at least 2, got 1",
                    well_formed(unpadded, 3, 32, 3));
  expect_ill_formed("C2: Cnn2Config convolution: width: expected a padded extent of at least 3, got 2",
                    well_formed(unpadded, 3, 32, 6));
  expect_ill_formed("C2: max_pool2d: height: expected a padded extent of at least 2, got 1",
                    well_formed(unpadded, 3, 8, 32));
  EXPECT_TRUE(well_formed(unpadded, 3, 10, 10).ok());
}
TEST(Cnn2ConfigClauses, C2_each_stage_and_each_axis_has_its_own_window) {
  const std::string height = "C2: Cnn2Config convolution: height: expected a padded extent of at least 3, got 2";
  expect_ill_formed(height, well_formed(Cnn2Config{.padding1 = 0}, 3, 2, 32));
  expect_ill_formed(height, well_formed(Cnn2Config{.padding2 = 0}, 3, 5, 32));

  // Five rows and one column, and a pool with a window of two rows and one column.
  const Cnn2Config tall{.kernel_h = 5,
                        .kernel_w = 1,
                        .padding1 = 0,
                        .padding2 = 0,
                        .pool_kernel_h = 2,
                        .pool_kernel_w = 1,
                        .pool_stride1 = 1,
                        .pool_stride2 = 1};
  EXPECT_TRUE(well_formed(tall, 3, 11, 1).ok());
  expect_ill_formed("C2: max_pool2d: height: expected a padded extent of at least 2, got 1",
                    well_formed(tall, 3, 10, 1));
  expect_ill_formed("C2: max_pool2d: height: expected a padded extent of at least 2, got 1",
                    well_formed(tall, 3, 5, 9));
  const Cnn2Config wide{.kernel_h = 1,
                        .kernel_w = 5,
                        .padding1 = 0,
                        .padding2 = 0,
                        .pool_kernel_h = 1,
                        .pool_kernel_w = 2,
                        .pool_stride1 = 1,
                        .pool_stride2 = 1};
  EXPECT_TRUE(well_formed(wide, 3, 1, 11).ok());
  expect_ill_formed("C2: max_pool2d: width: expected a padded extent of at least 2, got 1", well_formed(wide, 3, 9, 5));

  const Cnn2Config unpadded{.padding1 = 0, .padding2 = 0};
  expect_refused(Clause::C2, height, [&] { (void)cnn2_definition(unpadded, 3, 2, 32); });
  expect_refused(Clause::C2, "C2: Cnn2Config convolution: width: expected a padded extent of at least 3, got 2",
                 [&] { (void)cnn2_definition(unpadded, 3, 32, 2); });
}
TEST(Cnn2ConfigClauses, C3_no_size_overflows) {
  expect_ill_formed(
      "C3: Cnn2Config convolution: height: expected a padded extent of at most 9223372036854775807, got 32",
      well_formed(Cnn2Config{.padding1 = most}, 3, 32, 32));
  expect_refused(Clause::C3, "C3: tensor: elements: expected a count of at most 9223372036854775807, got 8",
                 [] { (void)feat_size(Cnn2Config{.c2 = most / 8}, 32, 32); });
}

}  // namespace
}  // namespace cnnspec

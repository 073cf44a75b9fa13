// Small examples with the complete computation, for each layer forward and backward and for a tiny model.
#include <gtest/gtest.h>

#include "cnnspec/avg_pool2d.hpp"
#include "cnnspec/cnn.hpp"

namespace cnnspec {
namespace {

template <Idx... E>
using Int = Tensor<int, E...>;

// tensors

TEST(TensorByHand, is_equal_to_one_with_the_same_extents_and_the_same_elements_only) {
  const Image<int> x(dyn_shape(1, 2, 2), {1, 2, 3, 4});
  EXPECT_TRUE(x == Image<int>(dyn_shape(1, 2, 2), {1, 2, 3, 4}));
  EXPECT_FALSE(x == Image<int>(dyn_shape(1, 1, 4), {1, 2, 3, 4}));
  EXPECT_FALSE(x == Image<int>(dyn_shape(1, 2, 2), {1, 2, 3, 5}));
}

// configurations

/// A copy of `config` with one field changed.
template <class Config, class Field>
Config with(Config config, Field Config::*field, const Field& value) {
  config.*field = value;
  return config;
}

TEST(ConfigurationsByHand, differ_when_one_field_does) {
  const Axis a{.stride = 2, .before = 3, .after = 4, .dilation = 5};
  EXPECT_EQ(a, (Axis{2, 3, 4, 5}));
  for (const auto field : {&Axis::stride, &Axis::before, &Axis::after, &Axis::dilation})
    EXPECT_FALSE(a == with(a, field, Idx{9}));

  const Conv2dConfig c{a, {}, 2};
  EXPECT_EQ(c, (Conv2dConfig{a, {}, 2}));
  EXPECT_FALSE(c == with(c, &Conv2dConfig::groups, Idx{3}));
  for (const auto field : {&Conv2dConfig::height, &Conv2dConfig::width})
    EXPECT_FALSE(c == with(c, field, Axis{.stride = 7}));

  const MaxPool2dConfig p{2, 3, a, {}};
  EXPECT_EQ(p, (MaxPool2dConfig{2, 3, a, {}}));
  for (const auto field : {&MaxPool2dConfig::kernel_height, &MaxPool2dConfig::kernel_width})
    EXPECT_FALSE(p == with(p, field, Idx{9}));
  for (const auto field : {&MaxPool2dConfig::height, &MaxPool2dConfig::width})
    EXPECT_FALSE(p == with(p, field, Axis{.stride = 7}));

  const Cnn2Config m{};
  EXPECT_EQ(m, cnn2_default_config);
  const AvgPool2dConfig mean{2, 3, a, {}};
  EXPECT_EQ(mean, (AvgPool2dConfig{2, 3, a, {}}));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::kernel_height, Idx{9}));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::kernel_width, Idx{9}));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::height, Axis{}));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::width, a));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::count_include_pad, false));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::ceil_mode, true));
  EXPECT_NE(mean, with(mean, &AvgPool2dConfig::divisor_override, Idx{9}));
  for (const auto field : {&Cnn2Config::c1, &Cnn2Config::out_dim, &Cnn2Config::kernel_w, &Cnn2Config::pool_stride2})
    EXPECT_FALSE(m == with(m, field, Idx{9}));
}

// conv2d

const Int<1, 3, 3> image({}, {1, 2, 3,  //
                              4, 5, 6,  //
                              7, 8, 9});
const Int<1, 1, 2, 2> kernel({}, {1, 2,  //
                                  3, 4});

TEST(Conv2dByHand, slides_the_kernel_over_the_image_without_flipping_it) {
  // 1*1 + 2*2 + 3*4 + 4*5 = 37,   1*2 + 2*3 + 3*5 + 4*6 = 47
  // 1*4 + 2*5 + 3*7 + 4*8 = 67,   1*5 + 2*6 + 3*8 + 4*9 = 77
  EXPECT_EQ(conv2d(image, kernel), (Int<1, 2, 2>({}, {37, 47, 67, 77})));
  EXPECT_EQ(conv2d(image, kernel, Int<1>({}, {10})), (Int<1, 2, 2>({}, {47, 57, 77, 87})));
}
TEST(Conv2dByHand, dx_puts_the_kernel_back_where_each_output_took_its_cells) {
  // dy = (1 0; 0 2): one times the kernel in the upper left corner, two times in the lower right; they overlap in the
  // middle.
  const Int<1, 2, 2> dy({}, {1, 0, 0, 2});
  EXPECT_EQ(conv2d_backward_input(image.shape(), kernel, dy), (Int<1, 3, 3>({}, {1, 2, 0,          //
                                                                                 3, 4 + 2 * 1, 4,  //
                                                                                 0, 6, 8})));
}
TEST(Conv2dByHand, dw_adds_the_patches_of_the_image_and_db_the_cells_of_dy) {
  // (1 2; 4 5) + 2 * (5 6; 8 9)
  const Int<1, 2, 2> dy({}, {1, 0, 0, 2});
  EXPECT_EQ(conv2d_backward_kernel(image, kernel.shape(), dy), (Int<1, 1, 2, 2>({}, {11, 14, 20, 23})));
  EXPECT_EQ(conv2d_backward_bias(dy), (Int<1>({}, {3})));
}
TEST(Conv2dByHand, stride_and_padding) {
  // One cell of padding on the left, steps of two:  . 1 2 3 4
  //   y0 = 10*1 + 100*2 = 210 (the tap in the padding is absent),   y1 = 1*2 + 10*3 + 100*4 = 432
  const Int<1, 1, 4> x({}, {1, 2, 3, 4});
  const Int<1, 1, 1, 3> w({}, {1, 10, 100});
  constexpr Conv2dConfig g{{}, {.stride = 2, .before = 1}};
  EXPECT_EQ(conv2d(x, w, fixed<g>), (Int<1, 1, 2>({}, {210, 432})));
  // The last tap of y0 and the first tap of y1 both read the second cell.
  const Int<1, 1, 2> dy({}, {1, 2});
  EXPECT_EQ(conv2d_backward_input(x.shape(), w, dy, fixed<g>), (Int<1, 1, 4>({}, {10, 100 + 2, 20, 200})));
  // First tap: 2 through y1.  Middle: 1 through y0, 3 through y1.  Last: 2 through y0, 4 through y1.
  EXPECT_EQ(conv2d_backward_kernel(x, w.shape(), dy, fixed<g>),
            (Int<1, 1, 1, 3>({}, {2 * 2, 1 * 1 + 2 * 3, 1 * 2 + 2 * 4})));
}
TEST(Conv2dByHand, padding_on_all_four_sides) {
  // Each output reads a 2x2 part of the kernel (1 2 3; 4 5 6; 7 8 9), where it covers the image; the rest of the kernel
  // is in the padding.
  const Int<1, 2, 2> x({}, {1, 2,  //
                            3, 4});
  const Int<1, 1, 3, 3> w({}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  constexpr Axis a{.before = 1, .after = 1};
  EXPECT_EQ(conv2d(x, w, fixed<Conv2dConfig{a, a}>), (Int<1, 2, 2>({}, {5 * 1 + 6 * 2 + 8 * 3 + 9 * 4,  //
                                                                        4 * 1 + 5 * 2 + 7 * 3 + 8 * 4,  //
                                                                        2 * 1 + 3 * 2 + 5 * 3 + 6 * 4,  //
                                                                        1 * 1 + 2 * 2 + 4 * 3 + 5 * 4})));
}
TEST(Conv2dByHand, cells_that_the_stride_leaves_over_get_a_zero_gradient) {
  const Int<1, 1, 5> x({}, {1, 2, 3, 4, 5});
  const Int<1, 1, 1, 2> w({}, {1, 1});
  constexpr Conv2dConfig g{{}, {.stride = 4}};
  EXPECT_EQ(conv2d(x, w, fixed<g>), (Int<1, 1, 1>({}, {3})));
  EXPECT_EQ(conv2d_backward_input(x.shape(), w, Int<1, 1, 1>({}, {7}), fixed<g>), (Int<1, 1, 5>({}, {7, 7, 0, 0, 0})));
}
TEST(Conv2dByHand, dilation_looks_at_cells_apart) {
  const Int<1, 1, 5> x({}, {1, 2, 3, 4, 5});
  const Int<1, 1, 1, 2> w({}, {1, 10});
  EXPECT_EQ(conv2d(x, w, fixed<Conv2dConfig{{}, {.dilation = 2}}>), (Int<1, 1, 3>({}, {31, 42, 53})));
}
TEST(Conv2dByHand, groups_do_not_see_each_other) {
  // Depthwise: channel 0 times 3, channel 1 times 5.
  const Int<2, 1, 2> x({}, {1, 2, 10, 20});
  const Int<2, 1, 1, 1> w({}, {3, 5});
  constexpr Conv2dConfig g{{}, {}, 2};
  EXPECT_EQ(conv2d(x, w, fixed<g>), (Int<2, 1, 2>({}, {3, 6, 50, 100})));
  // dw is the sum of x * dy in the same channel: 1*1 + 2*1, 10*1 + 20*2.
  const Int<2, 1, 2> dy({}, {1, 1, 1, 2});
  EXPECT_EQ(conv2d_backward_kernel(x, w.shape(), dy, fixed<g>), (Int<2, 1, 1, 1>({}, {3, 50})));
}

// max_pool2d

TEST(MaxPool2dByHand, takes_the_greatest_of_each_window_and_remembers_where_it_was) {
  const Int<1, 4, 4> x({}, {1, 3, 2, 4,  //
                            5, 6, 1, 2,  //
                            7, 2, 9, 1,  //
                            3, 8, 4, 0});
  constexpr MaxPool2dConfig g{2, 2, {.stride = 2}, {.stride = 2}};
  const auto pooled = max_pool2d_with_winners(x, fixed<g>);
  EXPECT_EQ(pooled.y, (Int<1, 2, 2>({}, {6, 4, 8, 9})));
  EXPECT_EQ(pooled.winners, (Tensor<Idx, 1, 2, 2>({}, {5, 3, 13, 10})));
  EXPECT_EQ(max_pool2d_backward(x, Int<1, 2, 2>({}, {1, 2, 3, 4}), fixed<g>), (Int<1, 4, 4>({}, {0, 0, 0, 2,  //
                                                                                                 0, 1, 0, 0,  //
                                                                                                 0, 0, 4, 0,  //
                                                                                                 0, 3, 0, 0})));
}
TEST(MaxPool2dByHand, N4_the_first_of_the_tied_wins_and_overlapping_windows_add) {
  // Windows (1 5 2) and (5 2 5): the same 5 wins both.
  const Int<1, 1, 4> x({}, {1, 5, 2, 5});
  constexpr MaxPool2dConfig g{1, 3};
  EXPECT_EQ(max_pool2d_backward(x, Int<1, 1, 2>({}, {10, 20}), fixed<g>), (Int<1, 1, 4>({}, {0, 30, 0, 0})));
}
TEST(MaxPool2dByHand, N3_padding_does_not_win_against_negative_cells) {
  const Int<1, 1, 2> x({}, {-3, -1});
  EXPECT_EQ(max_pool2d(x, fixed<MaxPool2dConfig{1, 2, {}, {.before = 1, .after = 1}}>),
            (Int<1, 1, 3>({}, {-3, -1, -1})));
}
TEST(MaxPool2dByHand, N3_padding_on_all_four_sides) {
  const Int<1, 2, 2> x({}, {-1, -2,  //
                            -3, -4});
  constexpr Axis a{.before = 1, .after = 1};
  EXPECT_EQ(max_pool2d(x, fixed<MaxPool2dConfig{2, 2, a, a}>), (Int<1, 3, 3>({}, {-1, -1, -2,  //
                                                                                  -1, -1, -2,  //
                                                                                  -3, -3, -4})));
}
TEST(MaxPool2dByHand, N5_a_window_with_a_NaN_yields_NaN_and_its_last_one_wins) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor<double, 1, 1, 4> x({}, {nan, 9, nan, 1});
  const auto pooled = max_pool2d_with_winners(x, fixed<MaxPool2dConfig{1, 4}>);
  EXPECT_FALSE(pooled.y[0] == pooled.y[0]);
  EXPECT_EQ(pooled.winners[0], 2);
}

// avg_pool2d

constexpr AvgPool2dConfig padded_mean{2, 2, {2, 1, 1}, {2, 1, 1}};  // windows of 2x2, each in a corner

TEST(AvgPool2dByHand, divides_the_sum_of_each_window) {
  const Int<1, 2, 4> x({}, {1, 3, 5, 7,  //
                            9, 11, 13, 15});
  constexpr AvgPool2dConfig g{2, 2, {.stride = 2}, {.stride = 2}};
  EXPECT_EQ(avg_pool2d(x, fixed<g>), (Int<1, 1, 2>({}, {6, 10})));
  EXPECT_EQ(avg_pool2d_backward(x.shape(), Int<1, 1, 2>({}, {4, 8}), fixed<g>), (Int<1, 2, 4>({}, {1, 1, 2, 2,  //
                                                                                                   1, 1, 2, 2})));
}
TEST(AvgPool2dByHand, counts_the_padding_only_with_count_include_pad) {
  const Int<1, 2, 2> x({}, {4, 8,  //
                            12, 16});
  EXPECT_EQ(avg_pool2d(x, fixed<padded_mean>), (Int<1, 2, 2>({}, {1, 2,  //
                                                                  3, 4})));
  constexpr AvgPool2dConfig real_cells{2, 2, {2, 1, 1}, {2, 1, 1}, false};
  EXPECT_EQ(avg_pool2d(x, fixed<real_cells>), x);
  EXPECT_EQ(avg_pool2d_backward(x.shape(), x, fixed<padded_mean>), (Int<1, 2, 2>({}, {1, 2,  //
                                                                                      3, 4})));
  EXPECT_EQ(avg_pool2d_backward(x.shape(), x, fixed<real_cells>), x);
}
TEST(AvgPool2dByHand, divides_by_the_given_divisor_whatever_a_window_holds) {
  constexpr AvgPool2dConfig halves{2, 2, {2, 1, 1}, {2, 1, 1}, true, false, 2},
      real_cells{2, 2, {2, 1, 1}, {2, 1, 1}, false, false, 2};
  const Int<1, 2, 2> x({}, {4, 8,  //
                            12, 16});
  const Int<1, 2, 2> half({}, {2, 4,  //
                               6, 8});
  EXPECT_EQ(avg_pool2d(x, fixed<halves>), half);
  EXPECT_EQ(avg_pool2d(x, fixed<real_cells>), half);
  EXPECT_EQ(avg_pool2d_backward(x.shape(), x, fixed<halves>), half);
}
TEST(AvgPool2dByHand, rounds_up_with_ceil_mode_and_counts_nothing_beyond_the_padding) {
  // Two rows with windows of three columns, two apart. The last window holds column 3 and one column of padding; what
  // would be its third column is beyond the padding.
  const Int<1, 1, 4> x({}, {3, 6, 9, 12});
  constexpr AvgPool2dConfig down{1, 3, {}, {2, 0, 1}}, up{1, 3, {}, {3, 0, 1}, true, true},
      up_real{1, 3, {}, {3, 0, 1}, false, true};
  EXPECT_EQ(avg_pool2d(x, fixed<down>), (Int<1, 1, 2>({}, {6, 7})));
  EXPECT_EQ(avg_pool2d(x, fixed<up>), (Int<1, 1, 2>({}, {6, 6})));
  EXPECT_EQ(avg_pool2d(x, fixed<up_real>), (Int<1, 1, 2>({}, {6, 12})));
  // A window that begins in the padding at the end is left out.
  constexpr AvgPool2dConfig no_more{1, 1, {}, {4, 0, 0}, true, true};
  EXPECT_EQ(avg_pool2d(x, fixed<no_more>), (Int<1, 1, 1>({}, {3})));
}
TEST(AvgPool2dByHand, has_a_dilation_and_adds_overlapping_windows) {
  const Int<2, 1, 3> x({}, {1, 2, 3, 10, 20, 30});
  constexpr AvgPool2dConfig g{1, 2, {}, {.stride = 1, .dilation = 2}}, dense{1, 2};
  EXPECT_EQ(avg_pool2d(x, fixed<g>), (Int<2, 1, 1>({}, {2, 20})));
  EXPECT_EQ(avg_pool2d_backward(x.shape(), Int<2, 1, 2>({}, {2, 4, 6, 8}), fixed<dense>),
            (Int<2, 1, 3>({}, {1, 3, 2, 3, 7, 4})));
}

// relu, flatten, linear

TEST(ReluByHand, N6_zero_is_on_the_side_of_the_negative) {
  const Int<4> x({}, {-2, 0, 1, 3});
  EXPECT_EQ(relu(x), (Int<4>({}, {0, 0, 1, 3})));
  EXPECT_EQ(relu_backward(x, Int<4>({}, {5, 6, 7, 8})), (Int<4>({}, {0, 0, 7, 8})));
}
TEST(ReluByHand, as_a_layer_it_has_no_parameters) {
  const auto gradients = ReluLayer{}.backward(Int<3>({}, {-2, 0, 5}), Int<3>({}, {7, 8, 9}));
  EXPECT_EQ(gradients.dx, (Int<3>({}, {0, 0, 9})));
  EXPECT_EQ(gradients.d_parameters, std::tuple<>{});
}
TEST(FlattenByHand, as_a_layer_it_gives_the_cotangent_the_shape_of_the_image) {
  const auto gradients = FlattenLayer{}.backward(Int<1, 2, 2>({}, {1, 2, 3, 4}), Int<4>({}, {5, 6, 7, 8}));
  EXPECT_EQ(gradients.dx, (Int<1, 2, 2>({}, {5, 6, 7, 8})));
  EXPECT_EQ(gradients.d_parameters, std::tuple<>{});
}
TEST(FlattenByHand, reads_the_image_as_one_reads_a_page) {
  const Int<2, 2, 2> x({}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto y = flatten(x);
  EXPECT_EQ(y, (Int<8>({}, {1, 2, 3, 4, 5, 6, 7, 8})));
  EXPECT_EQ(y(1), x(0, 0, 1));
  EXPECT_EQ(y(2), x(0, 1, 0));
  EXPECT_EQ(y(4), x(1, 0, 0));
  EXPECT_EQ(flatten_backward(x.shape(), y), x);
}
TEST(LinearByHand, multiplies_by_the_matrix_and_back_by_its_transpose) {
  const Int<2, 3> w({}, {1, 2, 3,  //
                         4, 5, 6});
  const Int<3> x({}, {1, 0, -1});
  EXPECT_EQ(linear(x, w), (Int<2>({}, {1 - 3, 4 - 6})));
  EXPECT_EQ(linear(x, w, Int<2>({}, {10, 20})), (Int<2>({}, {8, 18})));
  const Int<2> dy({}, {1, 2});
  EXPECT_EQ(linear_backward_input(w, dy), (Int<3>({}, {1 + 2 * 4, 2 + 2 * 5, 3 + 2 * 6})));
  EXPECT_EQ(linear_backward_weight(x, dy), (Int<2, 3>({}, {1, 0, -1,  //
                                                           2, 0, -2})));
  EXPECT_EQ(linear_backward_bias(dy), dy);
}

// A model of one row and one channel, small enough to follow every number:
//
//   x     =  1 -1  2  0  3 -2  1  4  0  2
//   conv1    x_j - x_(j+1)                      2 -3  2 -3  5 -3 -3  4 -2
//   relu                                        2  0  2  0  5  0  0  4  0
//   pool1    pairs, the last cell left over     2     2     5     4
//   conv2    2 p_j - p_(j+1) + 1                3     0     7
//   relu                                        3     0     7
//   pool2    one pair, 7 left over              3
//   head     (2, -1) p + (0, 10)                6, 7
//
// and back from dy = (1, 10):
//
//   head     d_w = dy * 3 = (3, 30), d_b = dy;  dp = 2*1 - 1*10 = -8
//   pool2    -8  0  0      relu  -8  0  0
//   conv2    d_w = -8 * (2, 2), d_b = -8;  dp = -8 * (2, -1) = -16  8  0  0
//   pool1    -16 0 8 0 0 0 0 0 0      relu the same: both winners are positive
//   conv1    d_w = (-16*1 + 8*2, -16*-1 + 8*0) = (0, 16), d_b = -8;  dx = -16*(1 -1) at 0, 8*(1 -1) at 2
constexpr Cnn2Config one_row{.c1 = 1,
                             .c2 = 1,
                             .out_dim = 2,
                             .kernel_h = 1,
                             .kernel_w = 2,
                             .padding1 = 0,
                             .padding2 = 0,
                             .pool_kernel_h = 1,
                             .pool_kernel_w = 2};

constexpr Cnn2Spec<int, one_row, 1, 1, 10> one_row_model() {
  Cnn2Spec<int, one_row, 1, 1, 10> m;
  m.conv1.kernel = {{}, {1, -1}};
  m.conv2.kernel = {{}, {2, -1}};
  m.conv2.bias = {{}, {1}};
  m.head.weight = {{}, {2, -1}};
  m.head.bias = {{}, {0, 10}};
  return m;
}
constexpr Int<1, 1, 10> one_row_image() { return {{}, {1, -1, 2, 0, 3, -2, 1, 4, 0, 2}}; }

static_assert(one_row_model().forward(one_row_image()) == Int<2>({}, {6, 7}));

TEST(Cnn2SpecByHand, forward) { EXPECT_EQ(one_row_model().forward(one_row_image()), (Int<2>({}, {6, 7}))); }
TEST(Cnn2SpecByHand, backward) {
  const auto [grads, dx] = one_row_model().backward(one_row_image(), Int<2>({}, {1, 10}));
  EXPECT_EQ(grads.d_head_w, (Int<2, 1>({}, {3, 30})));
  EXPECT_EQ(grads.d_head_b, (Int<2>({}, {1, 10})));
  EXPECT_EQ(grads.d_conv2_kernel, (Int<1, 1, 1, 2>({}, {-16, -16})));
  EXPECT_EQ(grads.d_conv2_bias, (Int<1>({}, {-8})));
  EXPECT_EQ(grads.d_conv1_kernel, (Int<1, 1, 1, 2>({}, {0, 16})));
  EXPECT_EQ(grads.d_conv1_bias, (Int<1>({}, {-8})));
  EXPECT_EQ(dx, (Int<1, 1, 10>({}, {-16, 16, 8, -8, 0, 0, 0, 0, 0, 0})));
}
TEST(Cnn2SpecByHand, the_chain_without_relu_keeps_negative_cells) {
  // 0 1 2 ... 9: conv1 gives -1 everywhere, and so does pool1.
  Int<1, 1, 10> rising;
  for (int n = 0; n < 10; ++n) rising[n] = n;
  // conv2 -2 + 1 + 1 = 0, head 2*0, -0 + 10
  EXPECT_EQ(cnn_forward(one_row_model(), rising), (Int<2>({}, {0, 10})));
  // With ReLU: 0 after the first stage, conv2 1, head 2*1, -1 + 10
  EXPECT_EQ(one_row_model().forward(rising), (Int<2>({}, {2, 9})));
}

}  // namespace
}  // namespace cnnspec

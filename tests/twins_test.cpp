// The independent twins, compared with numbers worked by hand; and the two twins of conv2d, compared with each other.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "checks/layers/conv2d/twin.hpp"
#include "checks/layers/conv2d/twin_matrix.hpp"
#include "checks/layers/flatten/twin.hpp"
#include "checks/layers/linear/twin.hpp"
#include "checks/layers/max_pool2d/twin.hpp"
#include "checks/layers/problems.hpp"
#include "checks/layers/relu/twin.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks::twins {
namespace {

using Cells = std::vector<Idx>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// One channel in and out, one pixel, a 1x1 kernel: each test sets only its differences. The output's extents stay 0,
/// because no twin may read them.
cnnspec_conv2d smallest_conv() {
  cnnspec_conv2d g{};
  g.batch = g.groups = g.in_channels = g.out_channels = g.in_height = g.in_width = 1;
  g.kernel_height = g.kernel_width = g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;
  return g;
}
cnnspec_pool2d smallest_pool() {
  cnnspec_pool2d g{};
  g.batch = g.channels = g.in_height = g.in_width = 1;
  g.kernel_height = g.kernel_width = g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;
  return g;
}

Kernel<Idx> kernel_of(const cnnspec_conv2d& g, Cells cells) {
  return {dyn_shape(g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width), std::move(cells)};
}

/// All tensors of one conv2d example, including w and dy, worked by hand.
struct ConvExample {
  cnnspec_conv2d g;
  Idx out_height, out_width;
  Cells x, w, dy;
  Cells y, dx, dw, db;
};

void expect_both_twins_agree_with(const ConvExample& e) {
  const Image<Idx> x(dyn_shape(e.g.in_channels, e.g.in_height, e.g.in_width), e.x);
  const Kernel<Idx> w = kernel_of(e.g, e.w);
  const Image<Idx> dy(dyn_shape(e.g.out_channels, e.out_height, e.out_width), e.dy);
  const Image<Idx> y(dy.shape(), e.y);
  const Image<Idx> dx(x.shape(), e.dx);
  const Kernel<Idx> dw(w.shape(), e.dw);

  EXPECT_EQ(conv2d_forward(e.g, x, w), y);
  EXPECT_EQ(conv2d_backward_input(e.g, w, dy), dx);
  EXPECT_EQ(conv2d_backward_kernel(e.g, x, dy), dw);
  EXPECT_EQ(conv2d_backward_bias(e.g, dy).elements(), e.db);

  EXPECT_EQ(by_matrix::conv2d_forward(e.g, x, w), y);
  EXPECT_EQ(by_matrix::conv2d_backward_input(e.g, w, dy), dx);
  EXPECT_EQ(by_matrix::conv2d_backward_kernel(e.g, x, dy), dw);
}

TEST(Conv2dTwins, stride_2_leaves_a_remainder_that_no_window_reaches) {
  // Windows start at 0 and 2; the next would need a seventh cell.
  //   y  = 1*1 + 2*10 + 3*100,  3*1 + 4*10 + 5*100
  //   dx = 1*1, 1*10, 1*100 + 2*1, 2*10, 2*100, and nothing for the last cell
  //   dw = 1*1 + 3*2,  2*1 + 4*2,  3*1 + 5*2
  ConvExample e{smallest_conv(), 1, 2, {1, 2, 3, 4, 5, 6}, {1, 10, 100}, {1, 2}, {}, {}, {}, {}};
  e.g.in_width = 6, e.g.kernel_width = 3, e.g.stride_width = 2;
  e.y = {321, 543};
  e.dx = {1, 10, 102, 20, 200, 0};
  e.dw = {7, 10, 13};
  e.db = {3};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, padding_may_differ_on_each_side) {
  // padded:  0 0 0 0     w:   1   10    dy: 1 2 3
  //          1 2 0 0        100 1000        4 5 6
  //          3 4 0 0
  //   y00 = 1*100 + 2*1000     y01 = 2*100     y02 = 0
  //   y10 = 1 + 20 + 300 + 4000     y11 = 2 + 4*100     y12 = 0
  //   dx00 = 100*1 + 1*4     dx01 = 1000*1 + 100*2 + 10*4 + 1*5     dx10 = 100*4     dx11 = 1000*4 + 100*5
  //   dw00 = 1*4 + 2*5     dw01 = 2*4     dw10 = 1*1 + 2*2 + 3*4 + 4*5     dw11 = 2*1 + 4*4
  ConvExample e{smallest_conv(), 2, 3, {1, 2, 3, 4}, {1, 10, 100, 1000}, {1, 2, 3, 4, 5, 6}, {}, {}, {}, {}};
  e.g.in_height = e.g.in_width = e.g.kernel_height = e.g.kernel_width = 2;
  e.g.pad_top = 1, e.g.pad_right = 2;
  e.y = {2100, 200, 0, 4321, 402, 0};
  e.dx = {104, 1245, 400, 4500};
  e.dw = {14, 8, 37, 18};
  e.db = {21};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, a_dilated_kernel_may_reach_beyond_the_unpadded_image) {
  // Padded 0 | 1 2 3 | 0 0. The taps of the two windows lie on cells 0 2 4 and 1 3 5.
  //   y  = 2*10,  1*1 + 3*10
  //   dx = 1*2 (window 1, tap 0), 10*1 (window 0, tap 1), 10*2 (window 1, tap 1)
  //   dw = 0*1 + 1*2,  2*1 + 3*2,  0
  ConvExample e{smallest_conv(), 1, 2, {1, 2, 3}, {1, 10, 100}, {1, 2}, {}, {}, {}, {}};
  e.g.in_width = 3, e.g.kernel_width = 3, e.g.dilation_width = 2, e.g.pad_left = 1, e.g.pad_right = 2;
  e.y = {20, 31};
  e.dx = {2, 10, 20};
  e.dw = {2, 8, 0};
  e.db = {3};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, one_pixel_may_have_more_padding_than_the_kernel_has_rows) {
  // Padded, downwards: 0 0 0 7 0. Only the third and the fourth window cover the pixel.
  //   y  = 0, 0, 7*3, 7*2     dx = 3*3 + 2*4     dw = 7*4, 7*3
  ConvExample e{smallest_conv(), 4, 1, {7}, {2, 3}, {1, 2, 3, 4}, {}, {}, {}, {}};
  e.g.kernel_height = 2, e.g.pad_top = 3, e.g.pad_bottom = 1;
  e.y = {0, 0, 21, 14};
  e.dx = {17};
  e.dw = {28, 21};
  e.db = {10};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, stride_and_dilation_combine_on_each_axis_by_itself) {
  // Rows: stride 2, dense, so windows on rows 0-1 and 2-3 of 5 (row 4 is a remainder). Columns: stride 1, dilation 2,
  // so taps on columns 0, 2 and 1, 3.
  //    1  2  3  4     w:    1   10    dy: 1 2
  //    5  6  7  8         100 1000        3 4
  //    9 10 11 12
  //   13 14 15 16
  //   17 18 19 20
  //   y00 = 1 + 30 + 500 + 7000     y01 = 2 + 40 + 600 + 8000
  //   y10 = 9 + 110 + 1300 + 15000     y11 = 10 + 120 + 1400 + 16000
  //   dx: row 0 = 1*1 1*2 10*1 10*2, row 1 = 100 200 1000 2000, row 2 = 1*3 1*4 10*3 10*4, row 3 = 300 400 3000 4000
  //   dw00 = 1*1 + 2*2 + 9*3 + 10*4     dw01 = 3*1 + 4*2 + 11*3 + 12*4
  //   dw10 = 5*1 + 6*2 + 13*3 + 14*4    dw11 = 7*1 + 8*2 + 15*3 + 16*4
  ConvExample e{smallest_conv(), 2, 2, {}, {1, 10, 100, 1000}, {1, 2, 3, 4}, {}, {}, {}, {}};
  for (Idx cell = 1; cell <= 20; ++cell) e.x.push_back(cell);
  e.g.in_height = 5, e.g.in_width = 4, e.g.kernel_height = e.g.kernel_width = 2;
  e.g.stride_height = 2, e.g.dilation_width = 2;
  e.y = {7531, 8642, 16419, 17530};
  e.dx = {1, 2, 10, 20, 100, 200, 1000, 2000, 3, 4, 30, 40, 300, 400, 3000, 4000, 0, 0, 0, 0};
  e.dw = {72, 92, 112, 132};
  e.db = {10};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, two_groups_do_not_see_each_other) {
  // One pixel, x = 1 2 | 3 4; outputs 0, 1 read the first two channels, outputs 2, 3 the others.
  //   y  = 1 + 2*10,  100 + 2*1000,  3*2 + 4*3,  3*5 + 4*7
  //   dx = 1*1 + 100*2,  10*1 + 1000*2,  2*3 + 5*4,  3*3 + 7*4
  ConvExample e{smallest_conv(), 1, 1, {1, 2, 3, 4}, {1, 10, 100, 1000, 2, 3, 5, 7}, {1, 2, 3, 4}, {}, {}, {}, {}};
  e.g.in_channels = e.g.out_channels = 4, e.g.groups = 2;
  e.y = {21, 2100, 18, 43};
  e.dx = {201, 2010, 26, 37};
  e.dw = {1, 2, 2, 4, 9, 12, 12, 16};
  e.db = {1, 2, 3, 4};
  expect_both_twins_agree_with(e);
}

TEST(Conv2dTwins, the_bias_is_added_to_every_pixel_of_its_channel) {
  cnnspec_conv2d g = smallest_conv();
  g.in_width = 2, g.out_channels = 2;
  const Image<Idx> y = conv2d_forward(g, Image<Idx>(dyn_shape(1, 1, 2), {1, 2}), kernel_of(g, {3, 5}),
                                      Vector<Idx>(dyn_shape(2), {10, 20}));
  EXPECT_EQ(y.elements(), (Cells{13, 16, 25, 30}));
}

TEST(Conv2dTwins, N2_the_matrix_twin_does_not_multiply_padding_by_an_infinite_weight) {
  cnnspec_conv2d g = smallest_conv();
  g.kernel_width = 2, g.pad_left = 1;
  const Image<double> x(dyn_shape(1, 1, 1), {3});
  const Kernel<double> w(dyn_shape(1, 1, 1, 2), {inf, 2});
  EXPECT_EQ(by_matrix::conv2d_forward(g, x, w).elements(), std::vector<double>{6});
}

/// Counts the pseudo-random geometries of the kinds where index rules go wrong.
struct Coverage {
  int remainder = 0, much_padding = 0, beyond_image = 0, uneven_padding = 0, one_pixel = 0, grouped = 0;

  void count(const cnnspec_conv2d& g) {
    for (const TwinAxis& a : {rows_of(g), columns_of(g)}) {
      remainder += (a.padded() - a.reach()) % a.stride != 0;
      much_padding += a.before > a.reach() || a.after > a.reach();
      beyond_image += a.reach() > a.in;
      uneven_padding += a.before != a.after;
    }
    one_pixel += g.in_height * g.in_width == 1;
    grouped += g.groups > 1;
  }
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  Idx between(Idx low, Idx high) {
    return low + static_cast<Idx>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }

  cnnspec_conv2d geometry() {
    cnnspec_conv2d g{};
    g.batch = 1;
    g.groups = between(1, 3);
    g.in_channels = g.groups * between(1, 2);
    g.out_channels = g.groups * between(1, 2);
    draw_axis(g.in_height, g.kernel_height, g.stride_height, g.dilation_height, g.pad_top, g.pad_bottom);
    draw_axis(g.in_width, g.kernel_width, g.stride_width, g.dilation_width, g.pad_left, g.pad_right);
    return g;
  }

  template <class AnyTensor>
  AnyTensor filled(AnyTensor t) {
    for (Idx n = 0; n < t.size(); ++n) t[n] = between(-99, 99);
    return t;
  }

 private:
  void draw_axis(Idx& in, Idx& kernel, Idx& stride, Idx& dilation, Idx& before, Idx& after) {
    in = between(0, 3) == 0 ? 1 : between(2, 6);
    kernel = between(1, 3), stride = between(1, 3), dilation = between(1, 3);
    before = between(0, 4), after = between(0, 4);
    while (before + in + after < dilation * (kernel - 1) + 1) ++after;
  }

  std::mt19937_64 engine_;
};

TEST(Conv2dTwins, meet_every_difficult_kind_of_geometry_among_the_random_ones) {
  Random random(1);
  Coverage seen;
  for (int n = 0; n < 200; ++n) seen.count(random.geometry());
  for (const int kind :
       {seen.remainder, seen.much_padding, seen.beyond_image, seen.uneven_padding, seen.one_pixel, seen.grouped})
    EXPECT_GE(kind, 10);
}

/// The normative formula, for valid geometries.
Idx size_by_formula(Idx in, Idx k, Idx stride, Idx before, Idx after, Idx dilation) {
  return (in + before + after - (dilation * (k - 1) + 1)) / stride + 1;
}

TEST(Conv2dTwins, agree_with_each_other_on_random_geometries) {
  Random random(tests::test_seed());
  for (int n = 0; n < tests::scaled(200); ++n) {
    const cnnspec_conv2d g = random.geometry();
    SCOPED_TRACE("geometry " + std::to_string(n));
    const Image<Idx> x = random.filled(Image<Idx>(dyn_shape(g.in_channels, g.in_height, g.in_width)));
    const Kernel<Idx> w = random.filled(
        Kernel<Idx>(dyn_shape(g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width)));
    const Image<Idx> dy = random.filled(Image<Idx>(dyn_shape(
        g.out_channels,
        size_by_formula(g.in_height, g.kernel_height, g.stride_height, g.pad_top, g.pad_bottom, g.dilation_height),
        size_by_formula(g.in_width, g.kernel_width, g.stride_width, g.pad_left, g.pad_right, g.dilation_width))));
    const Image<Idx> y = conv2d_forward(g, x, w);
    EXPECT_EQ(y.shape(), dy.shape());
    EXPECT_EQ(y, by_matrix::conv2d_forward(g, x, w));
    EXPECT_EQ(conv2d_backward_input(g, w, dy), by_matrix::conv2d_backward_input(g, w, dy));
    EXPECT_EQ(conv2d_backward_kernel(g, x, dy), by_matrix::conv2d_backward_kernel(g, x, dy));
  }
}

TEST(Conv2dTwins, tell_a_misread_geometry_from_the_right_one) {
  cnnspec_conv2d right = smallest_conv();
  right.in_height = 5, right.in_width = 6, right.kernel_height = 3, right.kernel_width = 2;
  right.stride_height = 2, right.dilation_width = 2, right.pad_top = 1, right.pad_right = 1, right.pad_left = 1;
  cnnspec_conv2d shifted = right;
  std::swap(shifted.pad_top, shifted.pad_bottom);

  Random random(2);
  const Image<Idx> x = random.filled(Image<Idx>(dyn_shape(1, 5, 6)));
  const Kernel<Idx> w = random.filled(Kernel<Idx>(dyn_shape(1, 1, 3, 2)));
  const Image<Idx> dy = random.filled(Image<Idx>(dyn_shape(1, 2, 6)));
  Kernel<Idx> flipped_w(w.shape());
  for (Idx n = 0; n < w.size(); ++n) flipped_w[n] = w[w.size() - 1 - n];

  EXPECT_NE(conv2d_forward(right, x, w), by_matrix::conv2d_forward(shifted, x, w));
  EXPECT_NE(conv2d_forward(right, x, w), by_matrix::conv2d_forward(right, x, flipped_w));
  EXPECT_NE(conv2d_backward_input(right, w, dy), by_matrix::conv2d_backward_input(shifted, w, dy));
  EXPECT_NE(conv2d_backward_input(right, w, dy), by_matrix::conv2d_backward_input(right, flipped_w, dy));
  EXPECT_NE(conv2d_backward_kernel(right, x, dy), by_matrix::conv2d_backward_kernel(shifted, x, dy));
}

/// One channel of one row.
Image<double> row(std::vector<double> cells) {
  const Idx width = static_cast<Idx>(cells.size());
  return {dyn_shape(1, 1, width), std::move(cells)};
}
cnnspec_pool2d pool_of_row(Idx width, Idx kernel, Idx stride = 1) {
  cnnspec_pool2d g = smallest_pool();
  g.in_width = width, g.kernel_width = kernel, g.stride_width = stride;
  return g;
}

TEST(MaxPool2dTwin, overlapping_windows_add_up_on_a_cell_that_wins_both) {
  // Windows 1 3 2, 3 2 4, 2 4 0: won by cells 1, 3, 3.
  const cnnspec_pool2d g = pool_of_row(5, 3);
  const Image<double> x = row({1, 3, 2, 4, 0});
  const Pooled<double> pooled = max_pool2d_forward(g, x);
  EXPECT_EQ(pooled.y, row({3, 4, 4}));
  EXPECT_EQ(pooled.winners.elements(), (Cells{1, 3, 3}));
  EXPECT_EQ(max_pool2d_backward(g, x, row({1, 2, 4})), row({0, 1, 0, 6, 0}));
}

TEST(MaxPool2dTwin, channels_planes_strides_and_a_remainder) {
  // 2x2 windows, stride 2 down and 3 across; the last row and column 2 are in no window.
  //   1 5 9 2 3     -1 -5 -9 -2 -3
  //   4 0 9 7 3     -4  0 -9 -7 -3
  //   9 9 9 9 9     -9 -9 -9 -9 -9
  cnnspec_pool2d g = smallest_pool();
  g.channels = 2, g.in_height = 3, g.in_width = 5, g.kernel_height = g.kernel_width = 2;
  g.stride_height = 2, g.stride_width = 3;
  const Cells plane{1, 5, 9, 2, 3, 4, 0, 9, 7, 3, 9, 9, 9, 9, 9};
  Image<Idx> x(dyn_shape(2, 3, 5));
  for (Idx n = 0; n < 15; ++n) x[n] = plane[static_cast<std::size_t>(n)], x[15 + n] = -x[n];
  const Pooled<Idx> pooled = max_pool2d_forward(g, x);
  EXPECT_EQ(pooled.y, Image<Idx>(dyn_shape(2, 1, 2), {5, 7, 0, -2}));
  EXPECT_EQ(pooled.winners, Image<Idx>(dyn_shape(2, 1, 2), {1, 8, 6, 3}));
  Image<Idx> dx(x.shape());
  dx(0, 0, 1) = 1, dx(0, 1, 3) = 2, dx(1, 1, 1) = 3, dx(1, 0, 3) = 4;
  EXPECT_EQ(max_pool2d_backward(g, x, Image<Idx>(dyn_shape(2, 1, 2), {1, 2, 3, 4})), dx);
}

TEST(MaxPool2dTwin, N3_padding_never_wins) {
  // Windows _ -5 -7, -5 -7 _ ; and _ -inf, -inf _ , where the only real cell wins.
  cnnspec_pool2d g = pool_of_row(2, 3);
  g.pad_left = g.pad_right = 1;
  EXPECT_EQ(max_pool2d_forward(g, row({-5, -7})).y, row({-5, -5}));
  EXPECT_EQ(max_pool2d_backward(g, row({-5, -7}), row({1, 2})), row({3, 0}));

  cnnspec_pool2d one = pool_of_row(1, 2);
  one.pad_left = one.pad_right = 1;
  EXPECT_EQ(max_pool2d_forward(one, row({-inf})).y, row({-inf, -inf}));
  EXPECT_EQ(max_pool2d_backward(one, row({-inf}), row({1, 2})), row({3}));
}

TEST(MaxPool2dTwin, dilated_windows_skip_cells) {
  // Windows of cells 0, 3 and 1, 4.
  cnnspec_pool2d g = pool_of_row(5, 2);
  g.dilation_width = 3;
  const Pooled<double> pooled = max_pool2d_forward(g, row({9, 1, 9, 8, 3}));
  EXPECT_EQ(pooled.y, row({9, 3}));
  EXPECT_EQ(pooled.winners.elements(), (Cells{0, 4}));
}

TEST(MaxPool2dTwin, N4_the_first_of_tied_cells_in_row_major_order_wins) {
  // 1 2     the 2 at the right of the first row is before both of the second
  // 2 2
  cnnspec_pool2d g = smallest_pool();
  g.in_height = g.in_width = g.kernel_height = g.kernel_width = 2;
  const Image<double> x(dyn_shape(1, 2, 2), {1, 2, 2, 2});
  EXPECT_EQ(max_pool2d_forward(g, x).winners.elements(), Cells{1});
  EXPECT_EQ(max_pool2d_backward(g, x, Image<double>(dyn_shape(1, 1, 1), {5})).elements(),
            (std::vector<double>{0, 5, 0, 0}));
  EXPECT_EQ(max_pool2d_forward(pool_of_row(2, 2), row({0.0, -0.0})).winners.elements(), Cells{0});
  EXPECT_EQ(max_pool2d_forward(pool_of_row(2, 2), row({-0.0, 0.0})).winners.elements(), Cells{0});
}

TEST(MaxPool2dTwin, N5_the_last_NaN_of_a_window_wins) {
  // Windows 1 n 9, n 9 n, 9 n 3, n 3 4, 3 4 5: won by cells 1, 3, 3, 3, 6.
  const cnnspec_pool2d g = pool_of_row(7, 3);
  const Image<double> x = row({1, nan, 9, nan, 3, 4, 5});
  const Pooled<double> pooled = max_pool2d_forward(g, x);
  EXPECT_EQ(pooled.winners.elements(), (Cells{1, 3, 3, 3, 6}));
  for (Idx n = 0; n < 4; ++n) EXPECT_TRUE(std::isnan(pooled.y[n])) << n;
  EXPECT_EQ(pooled.y[4], 5);
  EXPECT_EQ(max_pool2d_backward(g, x, row({1, 2, 4, 8, 16})), row({0, 1, 0, 14, 0, 0, 16}));
}

TEST(ReluTwin, N6_passes_positive_values_and_NaN_and_nothing_else) {
  const Image<double> x = row({-2, -0.0, 0, 3, inf, -inf, nan});
  const Image<double> y = relu_forward(x), dx = relu_backward(x, row({1, 2, 3, 4, 5, 6, 7}));
  for (const Idx n : {0, 1, 2, 5}) {
    EXPECT_EQ(y[n], 0) << n;
    EXPECT_FALSE(std::signbit(y[n])) << n;
  }
  EXPECT_EQ(y[3], 3);
  EXPECT_EQ(y[4], inf);
  EXPECT_TRUE(std::isnan(y[6]));
  EXPECT_EQ(dx, row({0, 0, 0, 4, 5, 0, 7}));
}

TEST(LinearTwin, follows_the_rows_of_w_forward_and_its_columns_backward) {
  // w = 1  10  100      x = 3 4 5     b = 7 8     dy = 1 2
  //     2  20  200
  //   y = 3 + 40 + 500 + 7,  6 + 80 + 1000 + 8     dx = 1*1 + 2*2,  10*1 + 20*2,  100*1 + 200*2
  const Vector<Idx> x(dyn_shape(3), {3, 4, 5}), b(dyn_shape(2), {7, 8}), dy(dyn_shape(2), {1, 2});
  const Matrix<Idx> w(dyn_shape(2, 3), {1, 10, 100, 2, 20, 200});
  EXPECT_EQ(linear_forward(x, w, b).elements(), (Cells{550, 1094}));
  EXPECT_EQ(linear_forward(x, w).elements(), (Cells{543, 1086}));
  EXPECT_EQ(linear_backward_input(w, dy).elements(), (Cells{5, 50, 500}));
  EXPECT_EQ(linear_backward_weight(x, dy), Matrix<Idx>(dyn_shape(2, 3), {3, 4, 5, 6, 8, 10}));
  EXPECT_EQ(linear_backward_bias(dy), dy);
}

TEST(FlattenTwin, puts_channels_first_then_rows_then_columns) {
  // 2 channels of 2 rows of 3: cell (c, i, j) holds 100c + 10i + j.
  const Cells cells{0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112};
  Image<Idx> x(dyn_shape(2, 2, 3));
  for (Idx c = 0; c < 2; ++c)
    for (Idx i = 0; i < 2; ++i)
      for (Idx j = 0; j < 3; ++j) x(c, i, j) = 100 * c + 10 * i + j;
  EXPECT_EQ(flatten_forward(x).elements(), cells);
  EXPECT_EQ(flatten_backward(x.shape(), Vector<Idx>(dyn_shape(12), cells)), x);
}

}  // namespace
}  // namespace cnnspec::checks::twins

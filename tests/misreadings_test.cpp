// Tests of misreadings: a kernel that makes a mistake gets its diagnosis. A kernel that is right, or wrong in another
// way, gets none. The mistakes below are written independently of the table, by hand or in plain loops.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "checks/generate/configurations.hpp"
#include "checks/layers/avg_pool2d/problem.hpp"
#include "checks/layers/problems.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/vocabulary/storage.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

using tests::infinity, tests::nan;
constexpr double garbage = 31232;  // 61 * 2^9, which every storage type holds

Names names_of(const std::vector<const Misreading*>& found) {
  Names names;
  for (const Misreading* m : found) names.push_back(m->name);
  return names;
}
bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names diagnosis(const std::vector<Observation>& observations) { return names_of(explanations(observations)); }

// ---- By hand ----

Observation observed(Op op, const Problem& problem, const Operands<double>& inputs, const Values& actual) {
  return {operation_of(op, problem), ieee(DType::f32), inputs, garbage, actual};
}

/// A problem of one image with one channel and a square stride. `before`: the padding at the top and on the left.
cnnspec_conv2d conv(Idx in_height, Idx in_width, Idx kernel_height, Idx kernel_width, Idx stride = 1, Idx before = 0,
                    Idx after = 0) {
  cnnspec_conv2d p{};
  p.batch = p.groups = p.in_channels = p.out_channels = 1;
  const Axis axis{stride, before, after, 1};
  set_height(p, {in_height, conv_out(in_height, kernel_height, axis), kernel_height, axis});
  set_width(p, {in_width, conv_out(in_width, kernel_width, axis), kernel_width, axis});
  return p;
}
/// One row: no padding in height.
cnnspec_conv2d row(Idx in, Idx kernel, Idx stride = 1, Idx before = 0, Idx after = 0) {
  cnnspec_conv2d p = conv(1, in, 1, kernel);
  const Axis axis{stride, before, after, 1};
  set_width(p, {in, conv_out(in, kernel, axis), kernel, axis});
  return p;
}
cnnspec_pool2d pool_row(Idx in, Idx kernel, Idx stride = 1, Idx before = 0, Idx after = 0) {
  cnnspec_pool2d p{};
  p.batch = p.channels = 1;
  const Axis axis{stride, before, after, 1};
  set_height(p, {});
  set_width(p, {in, pool_out(in, kernel, axis), kernel, axis});
  return p;
}

TEST(Misreadings, a_flipped_kernel) {
  // Right: 1*1 + 2*3 = 7, 1*2 + ... with w = (1, 3) over x = (1, 2, 5): 7, 17. Flipped: 3*1 + 1*2, 3*2 + 1*5.
  EXPECT_TRUE(contains(diagnosis({observed(Op::conv2d_forward, row(3, 2), {{1, 2, 5}, {1, 3}, {}}, {5, 11})}),
                       "kernel flipped"));
  EXPECT_EQ(diagnosis({observed(Op::conv2d_forward, row(3, 2), {{1, 2, 5}, {1, 3}, {}}, {7, 17})}), Names{});
}

TEST(Misreadings, a_flipped_kernel_in_dw) {
  // Right: dw = (1*1 + 2*4, 2*1 + 5*4) = (9, 22).
  EXPECT_TRUE(contains(diagnosis({observed(Op::conv2d_backward_kernel, row(3, 2), {{1, 2, 5}, {1, 4}}, {22, 9})}),
                       "kernel flipped"));
}

TEST(Misreadings, padding_ignored) {
  // Right, from (0, 1, 2, 5) with w = (1, 3): 3, 7, 17. From (1, 2, 5) on: 7, 17, 5.
  EXPECT_TRUE(contains(diagnosis({observed(Op::conv2d_forward, row(3, 2, 1, 1), {{1, 2, 5}, {1, 3}, {}}, {7, 17, 5})}),
                       "padding ignored"));
}

TEST(Misreadings, padding_before_and_after_exchanged) {
  // Right, with two cells of padding before and one after: w = (1, 3) over (0, 0, 1, 2, 5, 0): 0, 3, 7, 17, 5.
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::conv2d_forward, row(3, 2, 1, 2, 1), {{1, 2, 5}, {1, 3}, {}}, {3, 7, 17, 5, 0})}),
               "padding before and after exchanged"));
}

TEST(Misreadings, a_dilation_that_is_ignored) {
  cnnspec_conv2d p = row(4, 2);
  p.dilation_width = 2, p.out_width = 2;  // right: 1 + 3*5 = 16, 2 + 3*7 = 23
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::conv2d_forward, p, {{1, 2, 5, 7}, {1, 3}, {}}, {7, 17})}), "dilation ignored"));
}

TEST(Misreadings, a_bias_that_is_dropped_or_added_twice) {
  const auto with_bias = [](const Values& y) {
    return diagnosis({observed(Op::conv2d_forward, row(3, 2), {{1, 2, 5}, {1, 3}, {10}}, y)});
  };
  EXPECT_EQ(with_bias({17, 27}), Names{});
  EXPECT_TRUE(contains(with_bias({7, 17}), "bias dropped"));
  EXPECT_TRUE(contains(with_bias({27, 37}), "bias added twice"));
  EXPECT_EQ(with_bias({17, 28}), Names{});
}

TEST(Misreadings, a_bias_that_is_missing_at_the_padding) {
  EXPECT_EQ(diagnosis({observed(Op::conv2d_forward, row(3, 2, 1, 1), {{1, 2, 5}, {1, 3}, {10}}, {3, 17, 27})}),
            Names{"bias missing where the window touches padding"});
}

TEST(Misreadings, groups_that_are_ignored) {
  cnnspec_conv2d p = conv(1, 1, 1, 1);
  p.groups = p.in_channels = p.out_channels = 2;  // right: 2*5 = 10, 3*7 = 21
  EXPECT_TRUE(contains(diagnosis({observed(Op::conv2d_forward, p, {{5, 7}, {2, 3}, {}}, {10, 15})}), "groups ignored"));
  EXPECT_TRUE(contains(diagnosis({observed(Op::conv2d_forward, p, {{5, 7}, {2, 3}, {}}, {10, 0})}), "only group 0"));
}

TEST(Misreadings, a_bias_gradient_of_one_image) {
  cnnspec_conv2d p = row(2, 1);
  p.batch = 2;  // dy = (1, 2), (4, 8)
  const auto db = [&](double v) { return diagnosis({observed(Op::conv2d_backward_bias, p, {{1, 2, 4, 8}}, {v})}); };
  EXPECT_EQ(db(15), Names{});
  EXPECT_TRUE(contains(db(3), "only the first image"));
  EXPECT_TRUE(contains(db(12), "only the last image"));
  EXPECT_TRUE(contains(db(7.5), "divided by the batch"));
  EXPECT_TRUE(contains(db(3.75), "divided by batch*out_height*out_width"));
  EXPECT_EQ(db(14), Names{});
}

TEST(Misreadings, overlapping_windows_of_dx_that_are_assigned) {
  // w = (1, 3), dy = (1, 10): the middle of dx gets 3*1 from the first window and 1*10 from the second.
  const auto dx = [](const Values& v) {
    return diagnosis({observed(Op::conv2d_backward_input, row(3, 2), {{1, 3}, {1, 10}}, v)});
  };
  EXPECT_EQ(dx({1, 13, 30}), Names{});
  EXPECT_TRUE(contains(dx({1, 10, 30}), "overlapping windows assigned, the last stays"));
  EXPECT_TRUE(contains(dx({1, 3, 30}), "overlapping windows assigned, the first stays"));
}

TEST(Misreadings, what_dx_holds_where_no_window_reaches) {
  // A stride of 2 leaves the last cell over.
  const auto dx = [](const Values& v) {
    return diagnosis({observed(Op::conv2d_backward_input, row(4, 1, 2), {{3}, {1, 10}}, v)});
  };
  EXPECT_EQ(dx({3, 0, 30, 0}), Names{});
  EXPECT_EQ(dx({3, garbage, 30, garbage}), Names{"dx not written where no window reaches"});
  EXPECT_EQ(dx({3, garbage, 30, 0}), Names{});
  EXPECT_TRUE(contains(dx({3 + garbage, garbage, 30 + garbage, garbage}), "added to what was there"));
  EXPECT_TRUE(contains(dx({3, 30, 0, 0}), "stride ignored in dx of a 1x1 kernel"));
}

TEST(Misreadings, a_tie_of_the_max) {
  const auto dx = [](const Values& v) {
    return diagnosis({observed(Op::max_pool2d_backward, pool_row(3, 3), {{5, 5, 5}, {6}}, v)});
  };
  EXPECT_EQ(dx({6, 0, 0}), Names{});
  EXPECT_TRUE(contains(dx({0, 0, 6}), "a tie goes to the last"));
  EXPECT_TRUE(contains(dx({6, 6, 6}), "a tie goes to all"));
  EXPECT_TRUE(contains(dx({2, 2, 2}), "a tie is shared"));
  EXPECT_EQ(dx({1, 2, 3}), Names{});
}

TEST(Misreadings, a_tie_in_a_window_that_is_searched_column_by_column) {
  cnnspec_pool2d p = pool_row(2, 2);
  p.in_height = p.kernel_height = 2;  // of 1 9 / 9 3, the upper right cell wins
  const auto dx = [&](const Values& v) {
    return diagnosis({observed(Op::max_pool2d_backward, p, {{1, 9, 9, 3}, {6}}, v)});
  };
  EXPECT_EQ(dx({0, 6, 0, 0}), Names{});
  EXPECT_TRUE(contains(dx({0, 0, 6, 0}), "cells compared column by column"));
}

TEST(Misreadings, a_search_that_does_not_start_from_the_first_cell) {
  const auto y = [](const Values& v) {
    return diagnosis({observed(Op::max_pool2d_forward, pool_row(4, 2), {{-3, -5, -7, 4}}, v)});
  };
  EXPECT_EQ(y({-3, -5, 4}), Names{});
  EXPECT_TRUE(contains(y({0, 0, 4}), "search starts from zero"));
  const double smallest = std::numeric_limits<float>::min();
  EXPECT_EQ(y({smallest, smallest, 4}), Names{"search starts from the smallest positive number"});
}

TEST(Misreadings, the_last_cell_of_a_window) {
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::max_pool2d_forward, pool_row(3, 3), {{1, 2, 3}}, {2})}), "last tap left out"));
  // It is not left out if it is the only one.
  EXPECT_FALSE(
      contains(diagnosis({observed(Op::max_pool2d_forward, pool_row(1, 1), {{1}}, {-infinity})}), "last tap left out"));
}

TEST(Misreadings, padding_that_wins_as_a_zero) {
  EXPECT_TRUE(contains(diagnosis({observed(Op::max_pool2d_forward, pool_row(2, 2, 1, 1), {{-3, -5}}, {0, -3})}),
                       "padding treated as a zero"));
}

TEST(Misreadings, windows_of_infinity_and_nan) {
  const double lowest = -std::numeric_limits<float>::max();
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::max_pool2d_forward, pool_row(2, 2), {{-infinity, -infinity}}, {lowest})}),
               "the lowest finite number for a window of -infinity"));
  EXPECT_TRUE(contains(diagnosis({observed(Op::max_pool2d_forward, pool_row(2, 2), {{7, nan}}, {7})}), "NaN ignored"));
  EXPECT_EQ(diagnosis({observed(Op::max_pool2d_forward, pool_row(2, 2), {{7, nan}}, {nan})}), Names{});
}

TEST(Misreadings, windows_of_the_max_that_overlap) {
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::max_pool2d_backward, pool_row(3, 2), {{1, 9, 2}, {10, 20}}, {0, 20, 0})}),
               "overlapping windows assigned"));
}

TEST(Misreadings, the_mask_of_relu) {
  const auto dx = [](const Values& v) {
    return diagnosis({observed(Op::relu_backward, cnnspec_elementwise{4}, {{-1, 0, 2, 3}, {5, 7, 11, -13}}, v)});
  };
  EXPECT_EQ(dx({0, 0, 11, -13}), Names{});
  EXPECT_EQ(dx({0, 7, 11, -13}), Names{"relu'(0) = 1"});
  EXPECT_EQ(dx({5, 7, 11, 0}), Names{"mask taken from dy"});
  EXPECT_EQ(dx({5, 7, 11, -13}), Names{"no mask"});
}

TEST(Misreadings, a_weight_matrix_that_is_transposed) {
  // w = (1 2; 3 4), x = (5, 7): 19, 43; with the transpose 26, 38.
  const cnnspec_linear p{1, 2, 2};
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::linear_forward, p, {{5, 7}, {1, 2, 3, 4}, {}}, {26, 38})}), "w as [in, out]"));
}

TEST(Misreadings, features_that_a_loop_in_blocks_leaves_over) {
  const auto y = [](double v) {
    return diagnosis(
        {observed(Op::linear_forward, cnnspec_linear{1, 6, 1}, {{1, 2, 3, 4, 5, 6}, Values(6, 1), {}}, {v})});
  };
  EXPECT_EQ(y(21), Names{});
  // With six features it is open whether the kernel would use the next four.
  EXPECT_EQ(y(10), (Names{"input features after the last block of 4 left out", "only the first 4 input features"}));
  const auto ten = [](double v) {
    return observed(Op::linear_forward, cnnspec_linear{1, 10, 1}, {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, Values(10, 1), {}},
                    {v});
  };
  EXPECT_TRUE(contains(diagnosis({ten(36)}), "input features after the last block of 8 left out"));
  EXPECT_TRUE(contains(diagnosis({ten(10)}), "only the first 4 input features"));
  EXPECT_FALSE(contains(diagnosis({ten(10)}), "input features after the last block of 4 left out"));
  EXPECT_EQ(diagnosis({ten(55)}), Names{});
}

/// One row of x with one weight for each: y is `sum`.
Names diagnosis_of_sum(Idx terms, const std::function<double(Idx)>& times) {
  Values x;
  double sum = 0;
  for (Idx n = 0; n < terms; ++n) {
    x.push_back(static_cast<double>(n * n + 1));  // no two partial sums are alike here
    sum += times(n) * x.back();
  }
  return diagnosis({observed(Op::linear_forward, cnnspec_linear{1, terms, 1},
                             {x, Values(static_cast<std::size_t>(terms), 1), {}}, {sum})});
}

TEST(Misreadings, blocks_of_a_sum) {
  const auto is = [](const Names& found, const char* name) {
    EXPECT_TRUE(contains(found, name)) << fmt::format("{}: found {}", name, fmt::join(found, "; "));
  };
  is(diagnosis_of_sum(70, [](Idx n) { return n < 64 ? 1 : 0; }), "input features after the last block of 32 left out");
  is(diagnosis_of_sum(70, [](Idx n) { return n < 64 ? 1 : 2; }),
     "input features after the last block of 32 counted twice");
  is(diagnosis_of_sum(600, [](Idx n) { return n < 256 ? 1 : 0; }), "only the first 256 input features");
  is(diagnosis_of_sum(600, [](Idx n) { return n < 512 ? 0 : 1; }), "only the last block of 256 input features");
  is(diagnosis_of_sum(23, [](Idx n) { return 2 <= n && n < 16 ? 2 : 1; }),
     "input features from the number of blocks of 8 on counted twice");
  is(diagnosis_of_sum(21, [](Idx n) { return n < 16 && n % 16 >= 5 ? 0 : 1; }),
     "lanes beyond a short last vector of 16 input features lost");
  is(diagnosis_of_sum(21, [](Idx n) { return n < 16 && n % 16 < 5 ? 0 : 1; }),
     "lanes of a short last vector of 16 input features replaced");
  is(diagnosis_of_sum(21, [](Idx n) { return 13 <= n && n < 16 ? 2 : 1; }),
     "input features shared by the last two blocks of 8 counted twice");
  is(diagnosis_of_sum(21, [](Idx n) { return n < 11 ? 1 : 0; }), "only the first of 2 shares of the input features");
  EXPECT_EQ(diagnosis_of_sum(21, [](Idx) { return 1; }), Names{});
  EXPECT_EQ(diagnosis_of_sum(21, [](Idx n) { return n == 7 ? 0 : 1; }), Names{});
}

TEST(Misreadings, rows_that_wide_loads_do_not_reach) {
  // Rows of 5: the second begins at element 5, and the multiple of 4 before it is 4.
  const Operands<double> in{{1, 1, 1, 1, 1}, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, {}};
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::linear_forward, cnnspec_linear{1, 5, 2}, in, {31, 16 + 32 + 64 + 128 + 256})}),
               "rows of w read from the multiple of 4 before them"));
  EXPECT_EQ(diagnosis({observed(Op::linear_forward, cnnspec_linear{1, 5, 2}, in, {31, 992})}), Names{});
}

TEST(Misreadings, what_the_output_held_times_0) {
  const Operands<double> in{{1}, {1, 2, 3, 4, 5}, {}};
  Observation o = observed(Op::linear_forward, cnnspec_linear{1, 1, 5}, in, {1, 2, 3, 4, nan});
  o.garbage = nan;
  EXPECT_TRUE(contains(diagnosis({o}), "0 times what was there added to features after the last block of 4"));
  o.actual = {nan, nan, nan, nan, nan};
  EXPECT_TRUE(contains(diagnosis({o}), "0 times what was there added"));
  o.actual = {1, 2, 3, nan, 5};
  EXPECT_EQ(diagnosis({o}), Names{});
}

TEST(Misreadings, cells_beyond_the_edge) {
  // Two rows of 2, w = (1, 10), a column of padding on the right: 1 2 / 5 7. Right: 21, 2; 75, 7.
  cnnspec_conv2d p = conv(2, 2, 1, 1);
  set_width(p, {2, 2, 2, {1, 0, 1, 1}});
  const auto y = [&](const Values& v) {
    return diagnosis({observed(Op::conv2d_forward, p, {{1, 2, 5, 7}, {1, 10}, {}}, v)});
  };
  EXPECT_EQ(y({21, 2, 75, 7}), Names{});
  EXPECT_TRUE(contains(y({21, 52, 75, 7}), "columns beyond the right edge read the next row"));
  // The same in dx: what the last column gets too much of is added to the next row.
  const auto dx = [&](const Values& v) {
    return diagnosis({observed(Op::conv2d_backward_input, p, {{1, 10}, {1, 2, 3, 4}}, v)});
  };
  EXPECT_EQ(dx({1, 12, 3, 34}), Names{});
  EXPECT_TRUE(contains(dx({1, 12, 23, 34}), "columns beyond the right edge read the next row"));
  const cnnspec_pool2d q = [] {
    cnnspec_pool2d made = pool_row(2, 2, 1, 0, 1);
    made.in_height = made.out_height = 2;
    return made;
  }();
  EXPECT_TRUE(contains(diagnosis({observed(Op::max_pool2d_forward, q, {{1, 2, 5, 3}}, {2, 5, 5, 3})}),
                       "columns beyond the right edge read the next row"));
}

TEST(Misreadings, a_dilated_window_that_begins_in_the_padding) {
  // One cell of padding, three taps 2 apart: the first window of 1 9 3 8 5 has cells 1 and 3, not 0, 2 and 4.
  cnnspec_pool2d p = pool_row(5, 3, 1, 1, 1);
  p.dilation_width = 2, p.out_width = 3;
  const auto y = [&](const Values& v) {
    return diagnosis({observed(Op::max_pool2d_forward, p, {{1, 9, 3, 8, 5}}, v)});
  };
  EXPECT_EQ(y({9, 5, 9}), Names{});
  EXPECT_TRUE(contains(y({5, 5, 9}), "windows that begin in the padding moved to the edge"));
  EXPECT_TRUE(contains(y({3, 5, 9}), "windows that begin in the padding begin at the edge and end at their last cell"));
}

TEST(Misreadings, f64_that_is_computed_in_f32) {
  const double third = 1.0 / 3;
  const auto y = [&](double v, DType dtype) {
    return diagnosis({{operation_of(Op::linear_forward, cnnspec_linear{1, 2, 1}),
                       ieee(dtype),
                       {{third, 1}, {3, 0.1}, {}},
                       garbage,
                       {v}}});
  };
  EXPECT_EQ(y(third * 3 + 0.1, DType::f64), Names{});
  const float narrow = static_cast<float>(third) * 3.0f + 0.1f;
  EXPECT_TRUE(contains(y(narrow, DType::f64), "computed in f32"));
  EXPECT_TRUE(contains(y(static_cast<double>(static_cast<float>(third)) * 3 + static_cast<double>(0.1f), DType::f64),
                       "inputs rounded to f32"));
}

TEST(Misreadings, a_leaky_relu) {
  const auto y = [](double v) {
    return diagnosis({observed(Op::relu_forward, cnnspec_elementwise{2}, {{-300, 5}}, {v, 5})});
  };
  EXPECT_EQ(y(-3), Names{"negative elements scaled by 0.01"});
  EXPECT_EQ(y(-30), Names{});
}

TEST(Misreadings, a_result_that_is_truncated) {
  // 259.5 lies between 258 and 260.
  const auto y = [](double v) {
    return diagnosis({{operation_of(Op::linear_forward, cnnspec_linear{1, 2, 1}),
                       find_profile("f32-acc")->arithmetic(DType::bf16),
                       {{256, 1}, {1, 3.5}, {}},
                       garbage,
                       {v}}});
  };
  EXPECT_EQ(y(260), Names{});
  EXPECT_EQ(y(258), Names{"result truncated"});
  EXPECT_EQ(y(254), Names{});
}

TEST(Misreadings, an_image_of_another_size) {
  // x is read as if a row were as long as the image is high: the second row of 1 2 3 / 5 7 11 is read from the third
  // element on.
  const cnnspec_conv2d wide = conv(2, 3, 1, 1);
  EXPECT_TRUE(
      contains(diagnosis({observed(Op::conv2d_forward, wide, {{1, 2, 3, 5, 7, 11}, {1}, {}}, {1, 2, 3, 3, 5, 7})}),
               "rectangular x read as a square"));
  // A stride of 2 leaves the last of 4 columns over: dx of 2 x 3 is packed into the memory of 2 x 4.
  const cnnspec_conv2d strided = conv(3, 4, 1, 1, 2);
  const auto dx = [&](const Values& v) {
    return diagnosis({observed(Op::conv2d_backward_input, strided, {{1}, {2, 3, 5, 7}}, v)});
  };
  EXPECT_EQ(dx({2, 0, 3, 0, 0, 0, 0, 0, 5, 0, 7, 0}), Names{});
  EXPECT_TRUE(
      contains(dx({2, 0, 3, 0, 0, 0, 5, 0, 7, 0, 0, 0}), "dx of a smaller image where the stride leaves a remainder"));
}

TEST(Misreadings, inputs_rounded_to_fewer_bits) {
  // 4097 has 13 bits and 2051 has 12, half-way between 2050 and 2052.
  const cnnspec_linear p{1, 1, 1};
  const auto y = [&](double v) { return diagnosis({observed(Op::linear_forward, p, {{4097}, {2051}, {}}, {v})}); };
  EXPECT_EQ(y(4097.0 * 2051.0), Names{});
  EXPECT_TRUE(contains(y(4096.0 * 2052.0), "inputs rounded to TF32"));
  EXPECT_TRUE(contains(y(4096.0 * 2050.0), "inputs truncated to TF32"));
  EXPECT_TRUE(contains(y(4096.0 * 2048.0), "inputs rounded to bf16"));
}

TEST(Misreadings, subnormal_numbers) {
  const double subnormal = std::ldexp(1.0, -140);
  EXPECT_TRUE(contains(diagnosis({observed(Op::relu_forward, cnnspec_elementwise{2}, {{1, subnormal}}, {1, 0})}),
                       "subnormals flushed to zero"));
}

TEST(Misreadings, what_one_observation_leaves_open_a_second_decides) {
  const Observation both = observed(Op::linear_forward, cnnspec_linear{1, 1, 1}, {{3}, {5}, {-15}}, {15});
  EXPECT_TRUE(contains(diagnosis({both}), "bias dropped"));
  EXPECT_FALSE(contains(diagnosis({both}), "bias subtracted"));
  const Observation other = observed(Op::linear_forward, cnnspec_linear{1, 1, 1}, {{3}, {5}, {1}}, {14});
  EXPECT_TRUE(contains(diagnosis({other}), "bias subtracted"));
  EXPECT_EQ(diagnosis({both, other}), Names{});
}

TEST(Misreadings, a_large_observation_is_looked_at_only_where_a_small_one_leaves_few) {
  // 300 multiply-adds suffice for 100 of each of three misreadings, and more than three apply.
  const Observation small = observed(Op::linear_forward, cnnspec_linear{1, 1, 1}, {{3}, {5}, {7}}, {15});
  const Observation large =
      observed(Op::linear_forward, cnnspec_linear{1, 100, 1}, {Values(100, 1), Values(100, 2), {7}}, {200});
  const auto found = [](const std::vector<Observation>& observations) {
    return names_of(explanations(observations, 300));
  };
  EXPECT_EQ(found({large}), Names{});
  EXPECT_EQ(found({large, small}), Names{"bias dropped"});
}

// ---- Every entry of the table, on random problems ----

constexpr Limits small_problems{.max_extent = 10,
                                .max_channels = 18,
                                .max_batch = 5,
                                .max_kernel = 5,
                                .max_features = 20,
                                .max_count = 40,
                                .max_taps = 1'500};

enum class Data { wide_and_narrow, narrow_and_wide, ties, real, subnormal, infinite };

double draw_value(Data data, std::size_t input, Choices& choices) {
  switch (data) {
    case Data::wide_and_narrow:
    case Data::narrow_and_wide:
      if ((data == Data::wide_and_narrow) == (input == 0))
        return static_cast<double>(2 * choices.pick(-4096, 4095) + 1);
      return std::ldexp(choices.chance(50) ? -1 : 1, static_cast<int>(choices.pick(0, 2)));
    case Data::ties:
      return static_cast<double>(choices.pick(-3, 2));
    case Data::real:
      return std::ldexp(static_cast<double>(choices.pick(-(Idx{1} << 52), Idx{1} << 52)), -50);
    case Data::subnormal:
      return choices.chance(20) ? std::ldexp(1.0, static_cast<int>(choices.pick(0, 30)))
                                : std::ldexp(static_cast<double>(choices.pick(-99, 99)), -133);
    case Data::infinite:
      return choices.chance(20) ? nan : choices.chance(70) ? -infinity : static_cast<double>(choices.pick(-9, 9));
  }
  return 0;
}

/// An observation with the right results.
Observation draw_observation(Op op, const Problem& problem, Choices& choices, Data data, const Arithmetic& arithmetic) {
  const DType dtype = arithmetic.dtype;
  Observation o{operation_of(op, problem), arithmetic, {}, garbage, {}};
  for (std::size_t n = 0; n < o.operation.inputs.size(); ++n) {
    Values& input = o.inputs.emplace_back();
    if (n == 2 && choices.chance(20)) break;  // no bias
    for (Idx k = 0; k < o.operation.inputs[n].count(); ++k)
      input.push_back(rounded_to(dtype, draw_value(data, n, choices)));
  }
  for (const double v : run_spec(o.operation, o.inputs)) o.actual.push_back(rounded_to(dtype, v));
  return o;
}

std::vector<Observation> draw_observations(Op op, std::uint64_t seed, int problems, std::initializer_list<Data> kinds,
                                           const Arithmetic& arithmetic = ieee(DType::f32)) {
  RandomChoices choices(seed);
  std::vector<Observation> all;
  for (int n = 0; n < problems; ++n)
    for (const Data data : kinds) {
      const Problem problem = draw_problem(choices, layer_id(op), small_problems);
      all.push_back(draw_observation(op, problem, choices, data, arithmetic));
      if (choices.chance(50)) all.back().garbage = nan;
    }
  return all;
}

Call call_of(const Observation& o) {
  Call call{o.operation, o.arithmetic.storage, {}, Real(static_cast<long double>(o.garbage))};
  for (const Values& input : o.inputs) {
    call.inputs.emplace_back();
    for (const double v : input) call.inputs.back().emplace_back(static_cast<long double>(v));
  }
  call.specified = std::make_shared<const std::vector<Real>>(run_spec(call.operation, call.inputs));
  return call;
}

/// The same observations, with the results of a kernel with this misreading.
std::vector<Observation> misread(std::vector<Observation> observations, const Misreading& m) {
  for (Observation& o : observations) {
    const std::vector<Real> results = m.compute(call_of(o));
    for (std::size_t n = 0; n < results.size(); ++n)
      o.actual[n] = rounded_to(o.arithmetic.dtype, static_cast<double>(results[n].value));
  }
  return observations;
}

constexpr auto every_kind = {Data::wide_and_narrow, Data::narrow_and_wide, Data::ties, Data::real,
                             Data::subnormal,       Data::infinite};

TEST(Misreadings, each_has_a_name_and_a_sentence_of_its_own) {
  std::set<std::pair<Op, std::string>> names, sentences;
  for (const Misreading& m : misreadings()) {
    EXPECT_NE(m.name, "");
    EXPECT_TRUE(m.sentence.starts_with("The kernel") && m.sentence.ends_with(".")) << m.name;
    for (const Op op : all_ops())
      if (m.applies(op)) {
        EXPECT_TRUE(names.insert({op, m.name}).second) << m.name;
        EXPECT_TRUE(sentences.insert({op, m.sentence}).second) << m.sentence;
      }
  }
}

constexpr std::array all_dtypes{DType::f32, DType::f64, DType::f16, DType::bf16};

TEST(Misreadings, the_right_result_is_explained_by_none) {
  for (const Op op : all_ops())
    for (const DType dtype : all_dtypes)
      EXPECT_EQ(diagnosis(draw_observations(op, 1, 3, every_kind, ieee(dtype))), Names{})
          << name_of(op) << " " << name_of(dtype);
}

// If numbers have few bits, the bound may hide a mistake: then there is no diagnosis.
TEST(Misreadings, none_is_taken_for_another_in_any_storage_type) {
  for (const Op op : all_ops())
    for (const DType dtype : {DType::f64, DType::f16, DType::bf16}) {
      const auto observations = draw_observations(op, 4, 1, {Data::ties, Data::real}, ieee(dtype));
      for (const Misreading& m : misreadings())
        if (m.applies(op) && m.in(format_of(dtype)) && !m.told_by) {
          const Names found = diagnosis(misread(observations, m));
          EXPECT_TRUE(found.empty() || contains(found, m.name))
              << name_of(op) << " " << name_of(dtype) << ": " << m.name;
        }
    }
}

TEST(Misreadings, a_mistake_of_another_kind_is_explained_by_none) {
  for (const Op op : all_ops()) {
    auto observations = draw_observations(op, 2, 5, {Data::wide_and_narrow, Data::ties});
    for (Observation& o : observations)
      for (std::size_t n = 0; n < o.actual.size(); n += 2) o.actual[n] = 3 * o.actual[n] + 1;
    EXPECT_EQ(diagnosis(observations), Names{}) << name_of(op);
  }
}

/// Each mistake in these operations is found and distinguished from all others. Prints what a few observations leave
/// open.
void expect_told_apart(std::initializer_list<Op> ops) {
  for (const Op op : ops) {
    const auto few = draw_observations(op, 5, 1, {Data::wide_and_narrow, Data::narrow_and_wide, Data::ties});
    const auto many = draw_observations(op, 3, 24, every_kind);
    // If the result is narrower than the sums, the bound hardly exceeds the rounding of the result.
    const auto narrow = draw_observations(op, 3, 16, every_kind, find_profile("f32-acc")->arithmetic(DType::bf16));
    const auto wide = draw_observations(op, 3, 16, every_kind, ieee(DType::f64));
    for (const Misreading& m : misreadings()) {
      if (!m.applies(op) || m.told_by) continue;
      const bool in_f32 = m.in(format_of(DType::f32));
      Names found = diagnosis(misread(in_f32 ? many : wide, m));
      if (found.empty()) found = diagnosis(misread(narrow, m));
      EXPECT_EQ(found, Names{m.name}) << name_of(op);
      if (!in_f32) continue;
      Names open = diagnosis(misread(few, m));
      std::erase(open, m.name);
      if (!open.empty()) fmt::print("{}, {}: perhaps {}\n", name_of(op), m.name, fmt::join(open, "; "));
    }
  }
}
TEST(Misreadings, those_of_conv2d_are_told_apart) { expect_told_apart({Op::conv2d_forward}); }
TEST(Misreadings, those_of_dx_of_conv2d_are_told_apart) { expect_told_apart({Op::conv2d_backward_input}); }
TEST(Misreadings, those_of_dw_and_db_of_conv2d_are_told_apart) {
  expect_told_apart({Op::conv2d_backward_kernel, Op::conv2d_backward_bias});
}
TEST(Misreadings, those_of_max_pool2d_are_told_apart) {
  expect_told_apart({Op::max_pool2d_forward, Op::max_pool2d_backward});
}
TEST(Misreadings, those_of_relu_and_linear_are_told_apart) {
  expect_told_apart({Op::relu_forward, Op::relu_backward, Op::linear_forward, Op::linear_backward_input,
                     Op::linear_backward_weight, Op::linear_backward_bias});
}

// ---- Mistakes in blocks, on problems with many members of one sequence and few of all others ----

cnnspec_conv2d conv_of(Idx batch, Idx groups, Idx in, Idx out, const Line& height, const Line& width) {
  cnnspec_conv2d p{};
  p.batch = batch, p.groups = groups, p.in_channels = groups * in, p.out_channels = groups * out;
  set_height(p, height), set_width(p, width);
  return p;
}
/// The means of the same windows.
Problem mean_of(const cnnspec_pool2d& p) {
  AvgPool2dProblem mean{};
  mean.batch = p.batch, mean.channels = p.channels, mean.count_include_pad = 1;
  set_height(mean, height_of(p)), set_width(mean, width_of(p));
  return mean;
}

cnnspec_pool2d pool_of(Idx batch, Idx channels, const Line& height, const Line& width) {
  cnnspec_pool2d p{};
  p.batch = batch, p.channels = channels;
  set_height(p, height), set_width(p, width);
  return p;
}
/// `n` windows of 3 cells, with one cell of padding on either side.
Line many_windows(Idx n) { return {n, n, 3, {1, 1, 1, 1}}; }
/// Two windows of n cells.
Line large_windows(Idx n) { return {n + 1, 2, n, {}}; }
Line single(Idx n) { return {n, n, 1, {}}; }

std::vector<Problem> with_many(LayerId family, Idx n) {
  const Idx third = n / 3 + 1;
  switch (family) {
    case LayerId::conv2d:
      return {conv_of(1, 1, 1, 1, {}, many_windows(n)),
              conv_of(2, 1, n, 2, {}, single(2)),
              conv_of(1, 2, n, 1, {}, single(2)),
              conv_of(2, 1, 2, n, {}, single(2)),
              conv_of(1, 2, 1, n, {}, single(2)),
              conv_of(1, 1, n, 1, {}, large_windows(2)),
              conv_of(1, n, 1, 2, {}, {}),
              conv_of(1, n, 1, 3, {}, {}),
              conv_of(1, 1, 1, 1, many_windows(n), single(3)),
              conv_of(n, 1, 2, 2, single(2), single(2)),
              conv_of(n, 1, 1, 2, {}, single(3)),
              conv_of(2, 1, 1, 2, single(2), many_windows(n)),
              conv_of(2, 1, 2, 1, many_windows(n), single(2)),
              conv_of(1, 1, 1, 2, single(third), many_windows(3)),
              conv_of(2, 1, 1, 1, single(3), many_windows(third)),
              conv_of(1, 1, 2, 2, {}, large_windows(n)),
              conv_of(1, 1, 2, 1, large_windows(n), {}),
              conv_of(1, 1, 1, 2, large_windows(3), large_windows(third)),
              conv_of(1, 1, third, 2, {}, many_windows(3)),
              conv_of(1, 1, 2, third, {}, many_windows(3))};
    case LayerId::max_pool2d:
      return {pool_of(1, 1, {}, many_windows(n)),
              pool_of(1, 1, many_windows(n), single(3)),
              pool_of(n, 2, {}, many_windows(3)),
              pool_of(2, n, {}, many_windows(3)),
              pool_of(1, 2, single(2), many_windows(n)),
              pool_of(1, 2, many_windows(n), single(2)),
              pool_of(2, 1, single(third), many_windows(3)),
              pool_of(2, 1, single(3), many_windows(third)),
              pool_of(1, 1, {}, large_windows(n)),
              pool_of(1, 1, large_windows(3), large_windows(third))};
    case LayerId::relu:
      return {cnnspec_elementwise{n}, cnnspec_elementwise{n}, cnnspec_elementwise{n + 1},
              cnnspec_elementwise{n + n / 4}, cnnspec_elementwise{third}};
    case LayerId::linear:
      return {cnnspec_linear{n, 2, 3},
              cnnspec_linear{3, n, 2},
              cnnspec_linear{2, 3, n},
              cnnspec_linear{third, 3, 2},
              cnnspec_linear{third, third, 2},
              cnnspec_linear{third, 2, third},
              cnnspec_linear{std::min(n, Idx{200}), 1, std::min(n, Idx{200})}};
    case LayerId::avg_pool2d: {
      std::vector<Problem> means;
      for (const Problem& p : with_many(LayerId::max_pool2d, n)) means.push_back(mean_of(p.as<cnnspec_pool2d>()));
      return means;
    }
    default:
      break;
  }
  return {};
}

constexpr std::array<Idx, 8> block_sizes{2, 4, 8, 16, 32, 64, 128, 256};

/// For each block, sizes with one block and a rest, with two blocks and a rest, and without a rest. The outputs hold
/// NaN before the call, which shows whether they are read, or a number. Smallest problems first.
std::vector<Observation> observations_with_blocks(Op op, std::span<const Idx> of) {
  RandomChoices choices(6);
  std::vector<Observation> all;
  for (const Idx block : of)
    for (const Idx n : {block + block / 2 + 1, 2 * block + 1, 3 * block})
      for (const Problem& problem : with_many(layer_id(op), n))
        for (const double held : {nan, garbage}) {
          all.push_back(draw_observation(op, problem, choices, Data::wide_and_narrow, ieee(DType::f32)));
          all.back().garbage = held;
        }
  std::stable_sort(all.begin(), all.end(), [](const Observation& a, const Observation& b) {
    return taps(a.operation.problem) < taps(b.operation.problem);
  });
  return all;
}

/// Equal for equal results; for different results equal only by chance.
std::size_t fingerprint(const std::vector<Real>& results, DType dtype) {
  std::string bytes;
  for (const Real& r : results) {
    const double v = rounded_to(dtype, static_cast<double>(r.value));
    const double plain = std::isnan(v) ? nan : v + 0.0;  // all NaNs are equal, and both zeros
    bytes.append(reinterpret_cast<const char*>(&plain), sizeof plain);
  }
  return std::hash<std::string>()(bytes);
}

/// Mistakes with the same results on all observations; null stands for no mistake.
using Alike = std::vector<const Misreading*>;

/// The groups of alike mistakes that contain a mistake in blocks. A mistake is computed only until it is distinguished
/// from all others.
std::vector<Alike> not_told_apart(const Alike& table, std::span<const Observation> observations) {
  std::vector<Alike> left{table};
  left[0].push_back(nullptr);
  for (const Observation& o : observations) {
    const Call call = call_of(o);
    std::vector<Alike> still;
    for (const Alike& together : left) {
      std::map<std::size_t, Alike> parts;
      for (const Misreading* m : together)
        parts[fingerprint(m ? m->compute(call) : *call.specified, o.arithmetic.dtype)].push_back(m);
      for (const auto& [_, part] : parts)
        if (part.size() > 1 && std::ranges::any_of(part, [](const Misreading* m) { return m && m->told_by; }))
          still.push_back(part);
    }
    left = still;
  }
  return left;
}

/// Whether the name contains that number.
bool mentions(const std::string& name, Idx number) {
  return (" " + name + " ").find(fmt::format(" {} ", number)) != std::string::npos;
}

/// The misreadings that are not about blocks, and those about blocks that some observation has.
Alike misreadings_shown_by(std::span<const Observation> observations) {
  Alike shown;
  const Op op = observations[0].operation.op;
  for (const Misreading& m : misreadings())
    if (m.applies(op) && m.in(observations[0].arithmetic.storage) &&
        (!m.told_by || std::ranges::any_of(observations, [&](const auto& o) { return m.told_by(o.operation); })))
      shown.push_back(&m);
  return shown;
}

Names names_of_alike(const Alike& alike) {
  Names names;
  for (const Misreading* m : alike) names.push_back(m ? m->name : "right");
  return names;
}

void expect_blocks_told_apart(std::initializer_list<Op> ops) {
  for (const Op op : ops) {
    const auto observations = observations_with_blocks(op, block_sizes);
    const Alike shown = misreadings_shown_by(observations);
    for (const Alike& alike : not_told_apart(shown, observations))
      ADD_FAILURE() << name_of(op) << ": no difference between "
                    << fmt::format("{}", fmt::join(names_of_alike(alike), "; "));
    for (const Misreading& m : misreadings()) {
      const bool is_shown = std::ranges::find(shown, &m) != shown.end();
      const bool is_small = std::ranges::any_of(block_sizes, [&](Idx block) { return mentions(m.name, block); });
      EXPECT_TRUE(!m.applies(op) || !m.told_by || !is_small || is_shown) << name_of(op) << ": never told: " << m.name;
    }
  }
}
TEST(MisreadingsInBlocks, of_conv2d_are_told_apart) { expect_blocks_told_apart({Op::conv2d_forward}); }
TEST(MisreadingsInBlocks, of_dx_of_conv2d_are_told_apart) { expect_blocks_told_apart({Op::conv2d_backward_input}); }
TEST(MisreadingsInBlocks, of_dw_of_conv2d_are_told_apart) { expect_blocks_told_apart({Op::conv2d_backward_kernel}); }
TEST(MisreadingsInBlocks, of_db_of_conv2d_are_told_apart) { expect_blocks_told_apart({Op::conv2d_backward_bias}); }
TEST(MisreadingsInBlocks, of_max_pool2d_are_told_apart) {
  expect_blocks_told_apart({Op::max_pool2d_forward, Op::max_pool2d_backward});
}
TEST(MisreadingsInBlocks, of_relu_are_told_apart) { expect_blocks_told_apart({Op::relu_forward, Op::relu_backward}); }
TEST(MisreadingsInBlocks, of_linear_are_told_apart) {
  expect_blocks_told_apart(
      {Op::linear_forward, Op::linear_backward_input, Op::linear_backward_weight, Op::linear_backward_bias});
}

/// Tests that not_told_apart can find alike mistakes.
TEST(MisreadingsInBlocks, of_the_same_effect_and_of_none_are_noticed) {
  const auto in_blocks = [](const char* name, const Compute& compute) {
    Misreading m{name, "", [](Op) { return true; }, compute};
    m.told_by = [](const Operation&) { return true; };
    return m;
  };
  const auto first_changed = [](long double by) {
    return [by](const Call& call) {
      std::vector<Real> y = *call.specified;
      y[0] += Real(by);
      return y;
    };
  };
  const Misreading one = in_blocks("one", first_changed(1)), two = in_blocks("two", first_changed(2));
  const Misreading same = in_blocks("the same as one", first_changed(1)), none = in_blocks("none", first_changed(0));
  const auto observations = observations_with_blocks(Op::linear_forward, std::array{Idx{4}});
  const auto noticed = [&](const Alike& table) {
    std::set<Names> all;
    for (const Alike& alike : not_told_apart(table, observations)) all.insert(names_of_alike(alike));
    return all;
  };
  EXPECT_EQ(noticed({&one, &two}), std::set<Names>{});
  EXPECT_EQ(noticed({&one, &two, &same}), (std::set<Names>{{"one", "the same as one"}}));
  EXPECT_EQ(noticed({&none, &one, &two}), (std::set<Names>{{"none", "right"}}));
  EXPECT_EQ(noticed({&none, &one, &same}), (std::set<Names>{{"none", "right"}, {"one", "the same as one"}}));
}

/// The diagnosis contains exactly the misreadings with the same results as the kernel.
TEST(MisreadingsInBlocks, are_diagnosed_where_they_are_told_apart) {
  constexpr Idx block = 4;
  for (const Op op : all_ops()) {
    const auto observations = observations_with_blocks(op, std::array{block});
    const Alike shown = misreadings_shown_by(observations);
    const std::vector<Alike> alike = not_told_apart(shown, observations);
    int alone = 0;
    for (const Misreading* m : shown) {
      if (!m->told_by || !mentions(m->name, block)) continue;
      const auto its =
          std::ranges::find_if(alike, [&](const Alike& some) { return std::ranges::find(some, m) != some.end(); });
      Names expected = its == alike.end() ? Names{m->name} : names_of_alike(*its);
      if (contains(expected, "right")) expected.clear();
      alone += expected == Names{m->name};
      EXPECT_EQ(diagnosis(misread(observations, *m)), expected) << name_of(op) << ": " << m->name;
    }
    EXPECT_GT(alone, 5) << name_of(op);
  }
}

TEST(MisreadingsInBlocks, beyond_what_a_grid_has_room_for) {
  constexpr double value = 5592405;  // of 23 bits: a narrower type would round it
  const auto returned = [](const Values& y) {
    const auto features = static_cast<Idx>(y.size());
    return observed(Op::linear_forward, cnnspec_linear{1, 1, features}, {{value}, Values(y.size(), 1), {}}, y);
  };
  const Observation few = returned(Values(600, value));  // right, unlike most misreadings
  Values y(65537, value);
  y.back() = 0;
  EXPECT_TRUE(contains(diagnosis({few, returned(y)}), "only the first 65536 output features"));
  y[7] = 0;
  EXPECT_EQ(diagnosis({few, returned(y)}), Names{});
}

}  // namespace
}  // namespace cnnspec::checks

// The kernels that come with cnnspec, compared with the definition on integers, where every order of summation gives
// the same result. Also the loader's messages for files that are not libraries.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "checks/kernels/im2col.hpp"
#include "checks/kernels/library.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/layers/problems.hpp"
#include "checks/scalars/half.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using Values = std::vector<double>;

// The contract, function by function: a slot of KernelFunctions has the type that the header declares.
#define EXPECT_DECLARED(op) \
  static_assert(std::is_same_v<decltype(KernelFunctions<float>::op), decltype(&cnnspec_##op##_f32)>)
EXPECT_DECLARED(conv2d_forward);
EXPECT_DECLARED(conv2d_backward_input);
EXPECT_DECLARED(conv2d_backward_kernel);
EXPECT_DECLARED(conv2d_backward_bias);
EXPECT_DECLARED(max_pool2d_forward);
EXPECT_DECLARED(max_pool2d_backward);
EXPECT_DECLARED(relu_forward);
EXPECT_DECLARED(relu_backward);
EXPECT_DECLARED(linear_forward);
EXPECT_DECLARED(linear_backward_input);
EXPECT_DECLARED(linear_backward_weight);
EXPECT_DECLARED(linear_backward_bias);
EXPECT_DECLARED(avg_pool2d_forward);
EXPECT_DECLARED(avg_pool2d_backward);

// ---- The problems ----

struct Window {
  Idx kernel, stride = 1, dilation = 1, before = 0, after = 0;
  Idx out(Idx in) const { return (in + before + after - (dilation * (kernel - 1) + 1)) / stride + 1; }
};

cnnspec_conv2d conv2d_problem(Idx batch, Idx groups, Idx in_channels, Idx out_channels, Idx height, Window h, Idx width,
                              Window w) {
  return {batch,    groups,   in_channels, height,     width,      out_channels, h.out(height), w.out(width), h.kernel,
          w.kernel, h.stride, w.stride,    h.dilation, w.dilation, h.before,     w.before,      h.after,      w.after};
}

cnnspec_pool2d pool_problem(Idx batch, Idx channels, Idx height, Window h, Idx width, Window w) {
  return {batch,    channels, height,     width,      h.out(height), w.out(width), h.kernel, w.kernel,
          h.stride, w.stride, h.dilation, w.dilation, h.before,      w.before,     h.after,  w.after};
}

std::vector<cnnspec_conv2d> conv2d_problems() {
  return {
      conv2d_problem(1, 1, 1, 1, 1, {1}, 1, {1}),                             // one multiplication
      conv2d_problem(2, 1, 3, 5, 7, {3}, 6, {2}),                             // plain
      conv2d_problem(1, 1, 9, 3, 32, {5, 3, 1, 1, 1}, 32, {5, 3, 1, 1, 1}),   // a remainder of the stride
      conv2d_problem(3, 4, 4, 4, 4, {3, 2, 1, 1, 1}, 4, {3, 2, 1, 1, 1}),     // depthwise
      conv2d_problem(2, 3, 6, 9, 5, {2, 1, 2, 0, 3}, 8, {3, 2, 1, 4, 1}),     // groups, each side padded differently
      conv2d_problem(2, 1, 2, 3, 2, {5, 1, 1, 2, 2}, 3, {7, 1, 1, 3, 2}),     // a kernel larger than the image
      conv2d_problem(1, 1, 2, 9, 1, {1}, 9, {3, 2, 1, 0, 0}),                 // one row
      conv2d_problem(2, 1, 3, 2, 11, {3, 2, 3, 1, 0}, 1, {1, 1, 1, 0, 0}),    // one column
      conv2d_problem(1, 1, 2, 2, 4, {1, 2, 1, 6, 5}, 3, {1, 3, 1, 4, 7}),     // windows that see padding only
      conv2d_problem(1, 2, 4, 6, 6, {1, 2}, 5, {1, 2}),                       // 1x1 with a stride
      conv2d_problem(1, 1, 3, 2, 9, {2, 5, 4, 0, 0}, 14, {7, 3, 1, 0, 0}),    // unread cells, stride > kernel
      conv2d_problem(1, 1, 32, 70, 9, {3, 1, 1, 1, 1}, 7, {3, 1, 1, 1, 1}),   // more than one panel of weights
      conv2d_problem(2, 1, 32, 3, 24, {3, 1, 1, 1, 1}, 25, {3, 1, 1, 1, 1}),  // more than one tile of positions
  };
}

std::vector<cnnspec_pool2d> pool_problems() {
  return {
      pool_problem(1, 1, 1, {1}, 1, {1}),
      pool_problem(2, 3, 8, {2, 2}, 6, {2, 2}),
      pool_problem(1, 2, 7, {3, 1}, 5, {2, 1}),                       // overlaps
      pool_problem(1, 1, 3, {2, 2, 1, 1, 1}, 3, {2, 2, 1, 1, 1}),     // padding on both sides
      pool_problem(2, 17, 9, {3, 2, 1, 1, 0}, 8, {5, 3, 1, 2, 1}),    // a remainder, uneven padding
      pool_problem(1, 16, 12, {3, 1, 2, 1, 1}, 11, {2, 2, 3, 0, 1}),  // dilation
  };
}

const std::vector<cnnspec_linear> linear_problems{{1, 1, 1}, {3, 7, 5}, {2, 300, 70}, {1, 64, 1}};

/// Small integers, many of them equal, from a fixed sequence.
Values integers(Idx count, std::uint32_t seed) {
  Values result(count);
  std::uint32_t state = seed * 2654435761u + 12345u;
  for (double& value : result) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<int>((state >> 24) % 7) - 3;
  }
  return result;
}

// ---- The definition ----

/// Calls `tap(y, w, x)` with the offsets of each term of the sum.
void for_each_tap(const cnnspec_conv2d& g, const std::function<void(Idx, Idx, Idx)>& tap) {
  const Idx channels = g.in_channels / g.groups;
  Idx y = 0;
  for (Idx n = 0; n < g.batch; ++n)
    for (Idx o = 0; o < g.out_channels; ++o)
      for (Idx i = 0; i < g.out_height; ++i)
        for (Idx j = 0; j < g.out_width; ++j, ++y)
          for (Idx c = 0; c < channels; ++c)
            for (Idx p = 0; p < g.kernel_height; ++p)
              for (Idx q = 0; q < g.kernel_width; ++q) {
                const Idx row = i * g.stride_height + p * g.dilation_height - g.pad_top;
                const Idx column = j * g.stride_width + q * g.dilation_width - g.pad_left;
                if (row < 0 || row >= g.in_height || column < 0 || column >= g.in_width) continue;
                const Idx channel = n * g.in_channels + o / (g.out_channels / g.groups) * channels + c;
                tap(y, ((o * channels + c) * g.kernel_height + p) * g.kernel_width + q,
                    (channel * g.in_height + row) * g.in_width + column);
              }
}

void for_each_tap(const cnnspec_linear& g, const std::function<void(Idx, Idx, Idx)>& tap) {
  for (Idx n = 0; n < g.batch; ++n)
    for (Idx o = 0; o < g.out_features; ++o)
      for (Idx i = 0; i < g.in_features; ++i) tap(n * g.out_features + o, o * g.in_features + i, n * g.in_features + i);
}

struct Counts {
  Idx x, w, b, y;
  Idx bias_of(Idx at) const { return at / per_bias % b; }
  Idx per_bias = 1;  // neighbouring outputs that share a bias
};
Counts counts(const cnnspec_conv2d& g) {
  const Idx positions = g.out_height * g.out_width;
  return {.x = g.batch * g.in_channels * g.in_height * g.in_width,
          .w = g.out_channels * (g.in_channels / g.groups) * g.kernel_height * g.kernel_width,
          .b = g.out_channels,
          .y = g.batch * g.out_channels * positions,
          .per_bias = positions};
}
Counts counts(const cnnspec_linear& g) {
  return {.x = g.batch * g.in_features,
          .w = g.in_features * g.out_features,
          .b = g.out_features,
          .y = g.batch * g.out_features};
}

Values pooled(const cnnspec_pool2d& g, const Values& x, const Values* dy) {
  Values y, dx(x.size());
  for (Idx plane = 0; plane < g.batch * g.channels; ++plane)
    for (Idx i = 0; i < g.out_height; ++i)
      for (Idx j = 0; j < g.out_width; ++j) {
        double best = 0;
        Idx winner = -1;
        for (Idx at = 0; at < g.kernel_height * g.kernel_width; ++at) {
          const Idx row = i * g.stride_height + at / g.kernel_width * g.dilation_height - g.pad_top;
          const Idx column = j * g.stride_width + at % g.kernel_width * g.dilation_width - g.pad_left;
          if (row < 0 || row >= g.in_height || column < 0 || column >= g.in_width) continue;
          const Idx cell = (plane * g.in_height + row) * g.in_width + column;
          if (winner >= 0 && !std::isnan(x[cell]) && !(x[cell] > best)) continue;
          best = x[cell];
          winner = cell;
        }
        if (dy != nullptr) dx[winner] += (*dy)[y.size()];
        y.push_back(best);
      }
  return dy == nullptr ? y : dx;
}

// ---- Calling a kernel with doubles, for any storage type ----

template <DType dtype>
struct Storage {
  using T = std::conditional_t<dtype == DType::f64, double, float>;
  static T stored(double value) { return static_cast<T>(value); }
  static double value(T bits) { return bits; }
};
template <class Format>
struct Storage16 {
  using T = std::uint16_t;
  static T stored(double value) { return Format::nearest(value); }
  static double value(T bits) { return Format::value(bits); }
};
template <>
struct Storage<DType::f16> : Storage16<Half> {};
template <>
struct Storage<DType::bf16> : Storage16<Bfloat16> {};

/// The output, which held NaN before; nothing if the kernel declines.
template <DType dtype>
Values output_of(const Kernel& kernel, Op op, const Problem& problem, const std::vector<Values>& inputs, Idx count) {
  using S = Storage<dtype>;
  std::vector<std::vector<typename S::T>> stored;
  for (const Values& input : inputs) {
    stored.emplace_back();
    for (const double value : input) stored.back().push_back(S::stored(value));
  }
  std::array<const void*, 3> pointers{};
  for (std::size_t i = 0; i < stored.size(); ++i) pointers[i] = stored[i].empty() ? nullptr : stored[i].data();
  std::vector<typename S::T> output(count, S::stored(std::numeric_limits<double>::quiet_NaN()));
  void* const outputs[]{output.data()};
  const int status = call(kernel, op, dtype, problem, pointers.data(), outputs);
  if (status == CNNSPEC_UNSUPPORTED) return {};
  EXPECT_EQ(status, CNNSPEC_DONE) << kernel.name << " " << name_of(op);
  Values result;
  for (const auto bits : output) result.push_back(S::value(bits));
  return result;
}

/// Counts judged calls, so that a kernel that declines everything is noticed.
struct Judged {
  int done = 0, declined = 0;
};

template <DType dtype>
void expect_output(Judged& judged, const Kernel& kernel, Op op, const Problem& problem,
                   const std::vector<Values>& inputs, const Values& expected) {
  if (!has(kernel, op, dtype)) return;
  const Values actual = output_of<dtype>(kernel, op, problem, inputs, static_cast<Idx>(expected.size()));
  ++(actual.empty() ? judged.declined : judged.done);
  if (actual.empty()) return;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double wanted = Storage<dtype>::value(Storage<dtype>::stored(expected[i]));
    if (actual[i] == wanted || (std::isnan(actual[i]) && std::isnan(wanted))) continue;
    ADD_FAILURE() << kernel.name << " " << name_of(op) << " " << name_of(dtype) << " at " << i << ": expected "
                  << wanted << ", got " << actual[i];
    return;
  }
}

/// The four operations that conv2d and linear have in common, starting from `first`.
template <DType dtype, class P>
void expect_affine_operations(Judged& judged, const Kernel& kernel, Op first, const P& problem) {
  const auto op = [&](int offset) { return static_cast<Op>(static_cast<int>(first) + offset); };
  const Counts count = counts(problem);
  const Values x = integers(count.x, 1), w = integers(count.w, 2), b = integers(count.b, 3), dy = integers(count.y, 4);
  Values y(count.y), with_bias(count.y), dx(count.x), dw(count.w), db(count.b);
  for_each_tap(problem, [&](Idx y_at, Idx w_at, Idx x_at) {
    y[y_at] += w[w_at] * x[x_at];
    dx[x_at] += w[w_at] * dy[y_at];
    dw[w_at] += x[x_at] * dy[y_at];
  });
  for (Idx at = 0; at < count.y; ++at) {
    with_bias[at] = y[at] + b[count.bias_of(at)];
    db[count.bias_of(at)] += dy[at];
  }
  expect_output<dtype>(judged, kernel, op(0), problem, {x, w, {}}, y);
  expect_output<dtype>(judged, kernel, op(0), problem, {x, w, b}, with_bias);
  expect_output<dtype>(judged, kernel, op(1), problem, {w, dy}, dx);
  expect_output<dtype>(judged, kernel, op(2), problem, {x, dy}, dw);
  expect_output<dtype>(judged, kernel, op(3), problem, {dy}, db);
}

template <DType dtype>
void expect_pooling(Judged& judged, const Kernel& kernel, const cnnspec_pool2d& problem, const Values& x) {
  const Values y = pooled(problem, x, nullptr), dy = integers(static_cast<Idx>(y.size()), 5);
  expect_output<dtype>(judged, kernel, Op::max_pool2d_forward, problem, {x}, y);
  expect_output<dtype>(judged, kernel, Op::max_pool2d_backward, problem, {x, dy}, pooled(problem, x, &dy));
}

template <DType dtype>
void expect_relu(Judged& judged, const Kernel& kernel, const Values& x) {
  const Values dy = integers(static_cast<Idx>(x.size()), 6);
  Values y, dx;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y.push_back(x[i] <= 0 ? 0 : x[i]);
    dx.push_back(x[i] <= 0 ? 0 : dy[i]);
  }
  const cnnspec_elementwise problem{static_cast<Idx>(x.size())};
  expect_output<dtype>(judged, kernel, Op::relu_forward, problem, {x}, y);
  expect_output<dtype>(judged, kernel, Op::relu_backward, problem, {x, dy}, dx);
}

template <DType dtype>
Judged expect_the_definition(const Kernel& kernel) {
  Judged judged;
  for (const cnnspec_conv2d& problem : conv2d_problems())
    expect_affine_operations<dtype>(judged, kernel, Op::conv2d_forward, problem);
  for (const cnnspec_linear& problem : linear_problems)
    expect_affine_operations<dtype>(judged, kernel, Op::linear_forward, problem);
  for (const cnnspec_pool2d& problem : pool_problems())
    expect_pooling<dtype>(judged, kernel, problem,
                          integers(problem.batch * problem.channels * problem.in_height * problem.in_width, 7));
  for (const Idx count : {1, 5, 64, 1001}) expect_relu<dtype>(judged, kernel, integers(count, 8));
  return judged;
}

// ---- im2col ----

TEST(Im2col, is_the_definition_in_each_order_of_its_loops_with_and_without_fma) {
  for (const LoopOrder order : {LoopOrder::blocked, LoopOrder::ijk, LoopOrder::ikj})
    for (const bool fma : {false, true}) {
      const Kernel kernel = im2col_variant(order, fma);
      EXPECT_EQ(expect_the_definition<DType::f32>(kernel).declined, 0);
      EXPECT_EQ(expect_the_definition<DType::f64>(kernel).declined, 0);
    }
}

TEST(Im2col, is_the_definition_in_16_bit_storage) {
  const Kernel kernel = im2col_variant(LoopOrder::blocked, false);
  EXPECT_EQ(expect_the_definition<DType::f16>(kernel).declined, 0);
  EXPECT_EQ(expect_the_definition<DType::bf16>(kernel).declined, 0);
}

TEST(Im2col, N5_N6_hands_on_NaN_and_infinities) {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const Kernel kernel = im2col_variant(LoopOrder::blocked, false);
  Judged judged;
  const Values cells{nan, -0.0, 0.0, inf, -inf, 1, -1};
  expect_relu<DType::f32>(judged, kernel, cells);
  expect_relu<DType::f16>(judged, kernel, cells);
  expect_relu<DType::bf16>(judged, kernel, cells);
  const cnnspec_pool2d problem = pool_problem(1, 1, 3, {2, 1, 1, 1, 1}, 4, {2, 2});
  expect_pooling<DType::f64>(judged, kernel, problem, {nan, 1, -inf, -inf, inf, nan, -inf, -inf, nan, 2, -inf, -inf});
  EXPECT_EQ(judged.done, 8);
}

// ---- im2col in 16-bit storage ----

template <DType dtype>
using Bits = std::vector<typename Storage<dtype>::T>;

/// The bits of the kernel's output for the bits of its input; `count` elements, which held NaN before.
template <DType dtype>
Bits<dtype> bits_of(const Kernel& kernel, Op op, const Problem& problem, const std::vector<Bits<dtype>>& inputs,
                    std::size_t count) {
  std::array<const void*, 3> pointers{};
  for (std::size_t i = 0; i < inputs.size(); ++i) pointers[i] = inputs[i].data();
  Bits<dtype> output(count, Storage<dtype>::stored(std::numeric_limits<double>::quiet_NaN()));
  void* const outputs[]{output.data()};
  EXPECT_EQ(call(kernel, op, dtype, problem, pointers.data(), outputs), CNNSPEC_DONE);
  return output;
}

Bits<DType::f16> f16_bits_of(Op op, const Problem& problem, const std::vector<Bits<DType::f16>>& inputs,
                             std::size_t count) {
  return bits_of<DType::f16>(im2col_variant(LoopOrder::blocked, false), op, problem, inputs, count);
}

using Patterns = Bits<DType::f16>;
constexpr std::uint16_t one = 0x3c00, minus_two = 0xc000, largest = 0x7bff, smallest = 0x0001, minus_zero = 0x8000;

TEST(Im2colInF16, relu_keeps_positive_patterns_and_makes_zero_of_minus_zero) {
  const cnnspec_elementwise problem{6};
  const Patterns x{minus_zero, minus_two, smallest, one, largest, Half::infinity}, dy(6, minus_two);
  EXPECT_EQ(f16_bits_of(Op::relu_forward, problem, {x}, 6), (Patterns{0, 0, smallest, one, largest, Half::infinity}));
  EXPECT_EQ(f16_bits_of(Op::relu_backward, problem, {x, dy}, 6),
            (Patterns{0, 0, minus_two, minus_two, minus_two, minus_two}));
}

TEST(Im2colInF16, max_pool2d_hands_on_the_winning_pattern_and_adds_gradients_in_float) {
  // Two overlapping windows of three: the middle cell wins both. 2048 + 1 is a tie in f16 and 2048 + 3 is not.
  const cnnspec_pool2d problem = pool_problem(1, 1, 1, {1}, 4, {3});
  const Patterns x{minus_two, one, smallest, minus_zero}, dy{double_to_half(2048), double_to_half(3)};
  EXPECT_EQ(f16_bits_of(Op::max_pool2d_forward, problem, {x}, 2), (Patterns{one, one}));
  EXPECT_EQ(f16_bits_of(Op::max_pool2d_backward, problem, {x, dy}, 4), (Patterns{0, double_to_half(2052), 0, 0}));
}

TEST(Im2colInF16, a_1x1_conv2d_sums_in_float_and_rounds_once) {
  // 2048 + 1 + 1 + 1 = 2051, which rounds to 2052; sums in f16 would stay at 2048. 60000 + 60000 - 60000 would be
  // infinite.
  const cnnspec_conv2d problem = conv2d_problem(1, 1, 4, 1, 1, {1}, 1, {1});
  const auto forward = [&](const Values& cells) {
    Patterns x;
    for (const double cell : cells) x.push_back(double_to_half(cell));
    return half_to_double(f16_bits_of(Op::conv2d_forward, problem, {x, Patterns(4, one), Patterns(1, 0)}, 1)[0]);
  };
  EXPECT_EQ(forward({2048, 1, 1, 1}), 2052);
  EXPECT_EQ(forward({60000, 60000, -60000, 0}), 60000);
  EXPECT_EQ(forward({65504, 15, 0, 0}), 65504);
  EXPECT_EQ(forward({65504, 16, 0, 0}), std::numeric_limits<double>::infinity());
}

/// The number of elements of a real-valued convolution's output and gradients that differ from `round` of the f32
/// result.
template <DType dtype, class Round>
int different_from_f32_rounded(Round round) {
  using S = Storage<dtype>;
  const Kernel kernel = im2col_variant(LoopOrder::ikj, true);
  const cnnspec_conv2d problem = conv2d_problem(2, 1, 3, 5, 7, {3, 1, 1, 1, 1}, 6, {2});
  const Counts count = counts(problem);
  const auto reals = [](Idx n, std::uint32_t seed) {
    Bits<dtype> bits;
    for (const double value : integers(n, seed)) bits.push_back(S::stored(value / 3));
    return bits;
  };
  const auto wide = [](const Bits<dtype>& bits) {
    Bits<DType::f32> values;
    for (const auto b : bits) values.push_back(static_cast<float>(S::value(b)));
    return values;
  };
  int different = 0;
  const auto compare = [&](Op op, const std::vector<Bits<dtype>>& inputs, Idx outputs) {
    std::vector<Bits<DType::f32>> widened;
    for (const Bits<dtype>& input : inputs) widened.push_back(wide(input));
    const Bits<dtype> actual = bits_of<dtype>(kernel, op, problem, inputs, outputs);
    const Bits<DType::f32> expected = bits_of<DType::f32>(kernel, op, problem, widened, outputs);
    for (Idx i = 0; i < outputs; ++i) different += actual[i] != round(expected[i]);
  };
  const Bits<dtype> x = reals(count.x, 1), w = reals(count.w, 2), b = reals(count.b, 3), dy = reals(count.y, 4);
  compare(Op::conv2d_forward, {x, w, b}, count.y);
  compare(Op::conv2d_backward_input, {w, dy}, count.x);
  compare(Op::conv2d_backward_kernel, {x, dy}, count.w);
  compare(Op::conv2d_backward_bias, {dy}, count.b);
  return different;
}

TEST(Im2colIn16Bits, is_the_f32_result_rounded_once_and_not_truncated) {
  EXPECT_EQ(different_from_f32_rounded<DType::f16>(Half::nearest), 0);
  EXPECT_EQ(different_from_f32_rounded<DType::bf16>(Bfloat16::nearest), 0);
  const auto truncated = [](float v) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(v) >> 16); };
  EXPECT_GT(different_from_f32_rounded<DType::bf16>(truncated), 0);
}

// ---- onednn ----

TEST(Onednn, is_the_definition_or_declines) {
  if (!CNNSPEC_TEST_HAS_ONEDNN) GTEST_SKIP() << "it was not built";
  ASSERT_EQ(built_in_kernels()[1].absent_because, "");
  const Kernel kernel = find_kernel("onednn");
  EXPECT_EQ(expect_the_definition<DType::f32>(kernel).declined, 0);
  EXPECT_FALSE(has(kernel, Op::conv2d_forward, DType::f64));
  expect_the_definition<DType::f16>(kernel);  // oneDNN decides which CPUs support these types
  expect_the_definition<DType::bf16>(kernel);
}

// ---- Names ----

TEST(Registry, finds_built_in_kernels_and_variants_by_name) {
  EXPECT_EQ(find_kernel("im2col").name, "im2col");
  EXPECT_EQ(find_kernel("im2col-ijk-fma").name, "im2col-ijk-fma");
  EXPECT_EQ(built_in_kernels().size(), 2u);  // the list does not show the variants
}

TEST(Plugin, is_what_the_kernel_is_in_this_process) {
  if (!CNNSPEC_TEST_HAS_PLUGINS) GTEST_SKIP() << "it was not built";
  ASSERT_EQ(built_in_kernels()[0].absent_because, "");
  for (const char* name : {"im2col", "im2col-ikj-fma"}) {
    const Kernel kernel = load_kernel(plugin_of(name));
    EXPECT_EQ(kernel.name, name);
    EXPECT_NE(kernel.description.find("im2col"), std::string::npos);
    EXPECT_EQ(expect_the_definition<DType::f32>(kernel).declined, 0);
    EXPECT_EQ(expect_the_definition<DType::f64>(kernel).declined, 0);
    EXPECT_EQ(expect_the_definition<DType::f16>(kernel).declined, 0);
    EXPECT_EQ(expect_the_definition<DType::bf16>(kernel).declined, 0);
  }
}

TEST(Kernel, says_what_it_has_and_declines_the_rest) {
  Kernel kernel{.name = "empty", .description = ""};
  EXPECT_FALSE(has(kernel, Op::relu_forward, DType::f32));
  EXPECT_EQ(call(kernel, Op::relu_forward, DType::f32, cnnspec_elementwise{0}, nullptr, nullptr), CNNSPEC_UNSUPPORTED);
  kernel.f32.relu_forward = [](const cnnspec_elementwise*, const float*, float*) { return 7; };
  EXPECT_TRUE(has(kernel, Op::relu_forward, DType::f32));
  EXPECT_FALSE(has(kernel, Op::relu_forward, DType::f64));
  const void* const no_inputs[1]{};
  void* const no_outputs[1]{};
  EXPECT_EQ(call(kernel, Op::relu_forward, DType::f32, cnnspec_elementwise{0}, no_inputs, no_outputs), 7);
  EXPECT_EQ(input_count(Op::conv2d_forward), 3);
  EXPECT_EQ(input_count(Op::conv2d_backward_kernel), 2);
  EXPECT_EQ(input_count(Op::linear_backward_bias), 1);
}

// ---- Libraries ----

std::string error_of(const std::string& name_or_path) {
  try {
    find_kernel(name_or_path);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Library, is_loaded_with_what_it_exports) {
  const Kernel kernel = find_kernel(CNNSPEC_TEST_KERNEL_C);
  EXPECT_EQ(kernel.name, "kernel_c");
  EXPECT_TRUE(has(kernel, Op::conv2d_forward, DType::f32));
  EXPECT_FALSE(has(kernel, Op::conv2d_forward, DType::f64));
  EXPECT_FALSE(has(kernel, Op::relu_forward, DType::f32));
  EXPECT_EQ(expect_the_definition<DType::f32>(kernel).done, 2 * static_cast<int>(conv2d_problems().size()));
}

TEST(Library, has_a_printable_name_and_may_decline) {
  const Kernel kernel = load_kernel(CNNSPEC_TEST_ODD_NAME);
  EXPECT_EQ(kernel.name, "two?lines?[31m");
  const Judged judged = expect_the_definition<DType::f64>(kernel);
  EXPECT_EQ(judged.done, 4);
  EXPECT_EQ(expect_the_definition<DType::bf16>(kernel).declined, 4);
}

TEST(Library, is_refused_with_a_clear_message) {
  const std::string text_file = testing::TempDir() + "not_a_library.so";
  std::ofstream(text_file) << "These are words.\n";
  EXPECT_EQ(error_of("./no/such.so"), "./no/such.so: expected a shared library, got No such file or directory");
  EXPECT_EQ(error_of("../"), "../: expected a shared library, got a directory");
  EXPECT_NE(error_of(text_file).find("expected a shared library, got a file that does not load: "), std::string::npos);
  std::filesystem::remove(text_file);
  EXPECT_EQ(error_of("/dev/zero"), "/dev/zero: expected a shared library, got a device or a pipe");
  EXPECT_NE(error_of(CNNSPEC_TEST_NO_ABI).find("expected cnnspec_kernel_abi to be exported"), std::string::npos);
  EXPECT_NE(error_of(CNNSPEC_TEST_WRONG_ABI).find("at cnnspec_kernel_abi(): expected 1, got 7"), std::string::npos);
  EXPECT_NE(error_of(CNNSPEC_TEST_NO_OPERATION).find("conv2d_forward_f32 to be exported, got a library without any"),
            std::string::npos);
  EXPECT_EQ(error_of("onednm"), "kernel: expected im2col, onednn, or the path of a shared library, got \"onednm\"");
}

TEST(Library, is_refused_and_not_the_end_of_us_where_it_is_truncated) {
  const std::filesystem::path whole = CNNSPEC_TEST_KERNEL_C, part = testing::TempDir() + "part_of_a_library.so";
  std::filesystem::copy_file(whole, part, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(part, std::filesystem::file_size(whole) / 4);
  EXPECT_NE(error_of(part).find("expected a shared library, got a file that "), std::string::npos);
  std::filesystem::remove(part);
}

}  // namespace
}  // namespace cnnspec::checks

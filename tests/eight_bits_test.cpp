// Storage types of eight bits: their numbers, and right and wrong kernels with them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "checks/judge/case_judge.hpp"
#include "checks/judge/judge.hpp"
#include "checks/kernels/half_storage.hpp"
#include "checks/kernels/im2col.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(EightBits, are_the_numbers_of_the_published_tables) {
  EXPECT_EQ(e4m3.decoded(0x7e), 448);
  EXPECT_EQ(e4m3.decoded(0x08), 0x1p-6);
  EXPECT_EQ(e4m3.decoded(0x07), 0.875 * 0x1p-6);
  EXPECT_EQ(e4m3.decoded(0x01), 0x1p-9);
  EXPECT_TRUE(std::isnan(e4m3.decoded(0x7f)) && std::isnan(e4m3.decoded(0xff)));
  EXPECT_EQ(e5m2.decoded(0x7b), 57344);
  EXPECT_EQ(e5m2.decoded(0x04), 0x1p-14);
  EXPECT_EQ(e5m2.decoded(0x01), 0x1p-16);
  EXPECT_EQ(e5m2.decoded(0x7c), infinity);
  EXPECT_EQ(e5m2.decoded(0xfc), -infinity);
  EXPECT_TRUE(std::isnan(e5m2.decoded(0x7d)));
}

TEST(EightBits, are_read_back_as_they_were_written) {
  for (const EightBits& format : {e4m3, e5m2})
    for (int bits = 0; bits < 256; ++bits) {
      const double v = format.decoded(static_cast<std::uint8_t>(bits));
      if (std::isnan(v)) continue;
      EXPECT_EQ(format.encoded(v), bits) << v;
    }
}

/// The nearest number, found by trying all of them.
double nearest(const EightBits& format, double v) {
  double best = 0, distance = infinity;
  bool is_even = false;
  for (int bits = 0; bits < format.finite(); ++bits) {
    const double candidate = std::copysign(format.decoded(static_cast<std::uint8_t>(bits)), v);
    const double d = std::fabs(candidate - v);
    if (d < distance || (d == distance && !is_even)) best = candidate, distance = d, is_even = bits % 2 == 0;
  }
  return best;
}

TEST(EightBits, are_rounded_to_the_nearest_and_the_even_one_of_two) {
  for (const EightBits& format : {e4m3, e5m2}) {
    const double largest = format.decoded(static_cast<std::uint8_t>(format.finite() - 1));
    for (int n = 0; n < 4000; ++n) {
      const double v = std::ldexp(1 + n % 97 / 64.0, n % 29 - 18) * (n % 2 ? 1 : -1);
      if (std::fabs(v) > largest) continue;
      EXPECT_EQ(format.decoded(format.encoded(v)), nearest(format, v)) << v;
    }
  }
}

TEST(EightBits, saturate_or_overflow) {
  EXPECT_EQ(rounded_to(DType::f8e4m3, 449), 448);
  EXPECT_EQ(rounded_to(DType::f8e4m3, 1e30), 448);
  EXPECT_EQ(rounded_to(DType::f8e4m3, -infinity), -448);
  EXPECT_EQ(rounded_to(DType::f8e5m2, 61439), 57344);
  EXPECT_EQ(rounded_to(DType::f8e5m2, 61440), infinity);
  EXPECT_TRUE(std::isnan(rounded_to(DType::f8e4m3, std::nan(""))));
}

// ---- Kernels ----

constexpr Op judged_ops[]{Op::relu_forward,        Op::relu_backward,      Op::max_pool2d_forward,
                          Op::max_pool2d_backward, Op::avg_pool2d_forward, Op::avg_pool2d_backward,
                          Op::linear_forward};

/// The verdict after `count` default cases, without a closer look.
Verdict verdict_on(const Kernel& kernel, Op op, DType dtype, Idx count) {
  JudgeOptions options;
  options.operations = {{op, dtype}};
  options.cases = count;
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n)
    if (judge_case(kernel, cases.at(n), options.conditions).failure) return Verdict::fail;
  return Verdict::pass;
}

TEST(EightBits, kernels_of_ours_pass) {
  const Kernel kernel = im2col_variant(LoopOrder::blocked, false);
  for (const DType dtype : {DType::f8e4m3, DType::f8e5m2})
    for (const Op op : judged_ops)
      EXPECT_EQ(verdict_on(kernel, op, dtype, 24), Verdict::pass) << name_of(op) << name_of(dtype);
}

/// The same as `format`, except for one mistake: in how a result is stored, or how an input is read.
template <const EightBits& format, int mistake>
struct Wrong {
  using Bits = std::uint8_t;
  static double least_normal() { return format.decoded(static_cast<std::uint8_t>(1 << format.significand_bits())); }
  static double value(Bits bits) {
    const double v = format.decoded(bits);
    return mistake == 2 && std::fabs(v) < least_normal() ? 0 : v;
  }
  static Bits nearest(double v) {
    Bits bits = format.encoded(v);
    const double stored = format.decoded(bits);
    if (mistake == 0 && std::fabs(stored) > std::fabs(v)) --bits;                 // toward zero
    if (mistake == 1 && std::fabs(v) > 1.04 * format.decoded(0x7e)) return 0x7f;  // NaN where it is too large
    if (mistake == 2 && std::fabs(stored) < least_normal()) return bits & 0x80;
    return bits;
  }
};

int linear_in_float(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  for (Idx n = 0; n < p->batch; ++n)
    for (Idx o = 0; o < p->out_features; ++o) {
      float sum = b == nullptr ? 0 : b[o];
      for (Idx i = 0; i < p->in_features; ++i) sum += x[n * p->in_features + i] * w[o * p->in_features + i];
      y[n * p->out_features + o] = sum;
    }
  return CNNSPEC_DONE;
}
int relu_in_float(const cnnspec_elementwise* p, const float* x, float* y) {
  for (Idx n = 0; n < p->count; ++n) y[n] = x[n] <= 0 ? 0 : x[n];
  return CNNSPEC_DONE;
}

template <const EightBits& format, int mistake>
KernelFunctions<std::uint8_t> wrong_functions() {
  constexpr auto x = &Counts::x, w = &Counts::w, b = &Counts::b, y = &Counts::y;
  KernelFunctions<std::uint8_t> f;
  f.linear_forward = HalfStorage<Wrong<format, mistake>, linear_in_float, x, w, b, y>::call;
  f.relu_forward = HalfStorage<Wrong<format, mistake>, relu_in_float, x, y>::call;
  return f;
}

TEST(EightBits, wrong_rounding_is_found) {
  Kernel k{.name = "truncates", .description = ""};
  k.f8e4m3 = wrong_functions<e4m3, 0>(), k.f8e5m2 = wrong_functions<e5m2, 0>();
  for (const DType dtype : {DType::f8e4m3, DType::f8e5m2})
    EXPECT_EQ(verdict_on(k, Op::linear_forward, dtype, 60), Verdict::fail) << name_of(dtype);
}

TEST(EightBits, overflow_to_nan_in_the_place_of_saturation_is_found) {
  Kernel k{.name = "overflows", .description = ""};
  k.f8e4m3 = wrong_functions<e4m3, 1>();
  EXPECT_EQ(verdict_on(k, Op::linear_forward, DType::f8e4m3, 60), Verdict::fail);
}

TEST(EightBits, lost_subnormals_are_found) {
  Kernel k{.name = "flushes", .description = ""};
  k.f8e4m3 = wrong_functions<e4m3, 2>(), k.f8e5m2 = wrong_functions<e5m2, 2>();
  for (const DType dtype : {DType::f8e4m3, DType::f8e5m2})
    for (const Op op : {Op::linear_forward, Op::relu_forward})
      EXPECT_EQ(verdict_on(k, op, dtype, 60), Verdict::fail) << name_of(op) << name_of(dtype);
}

}  // namespace
}  // namespace cnnspec::checks

// Kernels that do not compute with the given numbers: the bounds of weaker claims, and of kernels that flush subnormal
// numbers to zero. Right results must be accepted, and results with a larger error rejected.
#include "checks/scalars/perturbed.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "checks/data/data.hpp"
#include "checks/expect/bound.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

using Values = std::vector<double>;

Arithmetic claim(const char* profile, DType dtype = DType::f32) { return find_profile(profile)->arithmetic(dtype); }

Arithmetic flushing(DType dtype) {
  Arithmetic a = arithmetic_for(dtype, nullptr);
  a.flushes = true;
  return a;
}

/// The expectation of the scalar product of x and w, and a bias.
Expectation dot(const Arithmetic& a, const Values& x, const Values& w, const Values& b = {}) {
  return expect(operation_of(Op::linear_forward, cnnspec_linear{1, static_cast<Idx>(x.size()), 1}), a, {x, w, b});
}

/// The expectation of the sum of dy.
Expectation sum(const Arithmetic& a, const Values& dy) {
  return expect(operation_of(Op::linear_backward_bias, cnnspec_linear{static_cast<Idx>(dy.size()), 1, 1}), a, {dy});
}

bool is_right(const Expectation& e, double actual) {
  return judge_element(actual, e.values[0], e.bound(0)).judgement == Judgement::right;
}

double in_f16(double v) { return rounded_to(DType::f16, v); }

/// `v` with the low bits of a float cut off.
double truncated(double v, int digits, int least_exponent) {
  int exponent = 0;
  std::frexp(v, &exponent);
  const int last = std::max(exponent - digits, least_exponent);
  return std::ldexp(std::trunc(std::ldexp(v, -last)), last);
}
double in_tf32(double v) { return truncated(v, 11, -136); }

TEST(Perturbed, bounds_what_becomes_of_other_data) {
  using P = Perturbed<double>;
  Stream stream(tests::test_seed());
  const auto draw = [&] { return std::ldexp(static_cast<double>(stream.below(1 << 20)), -20) - 0.5; };
  for (int n = 0; n < tests::scaled(500); ++n) {
    P bound;
    double right = 0, other = 0, other_magnitude = 0;
    for (int t = 0; t < 5; ++t) {
      const double a = draw(), b = draw(), sa = std::fabs(draw()), sb = std::fabs(draw());
      const double other_a = a + 2 * draw() * sa, other_b = b + 2 * draw() * sb;
      bound += P(a, sa) * P(b, sb);
      right += a * b, other += other_a * other_b, other_magnitude += std::fabs(other_a * other_b);
    }
    EXPECT_LE(std::fabs(other - right), bound.slack * (1 + 0x1p-40));
    EXPECT_LE(other_magnitude, (bound.magnitude + bound.slack) * (1 + 0x1p-40));
  }
}

TEST(Perturbed, is_known_nowhere_beyond_the_range) {
  using P = Perturbed<double>;
  EXPECT_FALSE(std::isfinite((P(1, infinity) * P(2)).slack));
  EXPECT_FALSE(std::isfinite((P(1, infinity) * P(0)).slack)) << "0 * inf";
}

TEST(SlackOfElements, is_none_where_the_format_holds_it_and_a_unit_elsewhere) {
  const Format tf32 = claim("tf32").factor();
  EXPECT_EQ(slack_of(2047, tf32, false), 0);
  EXPECT_EQ(slack_of(2049, tf32, false), 2);
  EXPECT_EQ(slack_of(-4097, tf32, false), 4);
  EXPECT_EQ(slack_of(0x1p-149, tf32, false), 0x1p-136);
  EXPECT_EQ(slack_of(0x1p-136, tf32, false), 0);
  EXPECT_EQ(slack_of(0x1p-136, tf32, true), 0x1p-136) << "it may count as 0";
  EXPECT_EQ(slack_of(0x1p-126, tf32, true), 0);
  EXPECT_TRUE(std::isinf(slack_of(0x1.fffffep127, tf32, false))) << "it may be rounded to infinity";
  const Format half = claim("f16-acc").factor();
  EXPECT_EQ(slack_of(65504, half, false), 0);
  EXPECT_TRUE(std::isinf(slack_of(65505, half, false)));
  EXPECT_EQ(slack_of(0x1.8p-25, half, false), 0x1p-24);
}

// ---- Sums of one summand ----

TEST(WeakerClaims, round_a_summand_that_is_alone) {
  const double third = static_cast<float>(1 / 3.0), unit = 0x1p-12;
  for (const Expectation& e : {sum(claim("f16-acc"), {third}), dot(claim("f16-acc"), {0}, {0}, {third})}) {
    EXPECT_TRUE(is_right(e, in_f16(third)));
    EXPECT_TRUE(is_right(e, third));
    EXPECT_FALSE(is_right(e, third + 1.5 * unit));
    EXPECT_FALSE(is_right(e, 0));
  }
  EXPECT_EQ(sum(claim("f16-acc"), {0.375}).bound(0), 0) << "a number of f16";
  EXPECT_EQ(sum(claim("f32-acc", DType::f16), {0.375}).bound(0), 0);
}

TEST(WeakerClaims, round_no_factors_where_nothing_is_multiplied) {
  const double a = static_cast<float>(0.7), b = static_cast<float>(-0.3);
  for (const char* profile : {"tf32", "bf16"}) {
    EXPECT_EQ(sum(claim(profile), {a}).bound(0), 0) << profile;
    EXPECT_EQ(sum(claim(profile), {a, b}).bound(0), sum(ieee(DType::f32), {a, b}).bound(0)) << profile;
    EXPECT_FALSE(is_right(sum(claim(profile), {a, b}), in_tf32(a) + in_tf32(b))) << profile;
    // A large bias beside a small product is not rounded in this way either.
    const Expectation e = dot(claim(profile), {a}, {0x1p-20}, {1000 * a});
    EXPECT_FALSE(is_right(e, 1000 * a + a * 0x1p-20 + 0.01)) << profile;
  }
}

// ---- Factors beyond the range of their format ----

TEST(WeakerClaims, let_an_absolute_error_pass_through_the_other_factor) {
  const double x = 0x1.8p-26, w = 1024;  // f16 rounds x to 0, or to its smallest number
  const Expectation e = dot(claim("f16-acc"), {x}, {w});
  for (const double other : {0.0, 0x1p-24}) EXPECT_TRUE(is_right(e, other * w));
  EXPECT_FALSE(is_right(e, x * w + 2 * 0x1p-24 * w));
  EXPECT_FALSE(is_right(e, -2 * 0x1p-24 * w));
}

TEST(WeakerClaims, say_nothing_where_a_factor_is_too_large) {
  EXPECT_TRUE(std::isnan(dot(claim("f16-acc"), {70000}, {1}).bound(0)));
  EXPECT_TRUE(std::isnan(dot(claim("f16-acc"), {70000, 1}, {0, 1}).bound(0))) << "inf * 0 is NaN";
  EXPECT_EQ(dot(claim("f16-acc"), {65504}, {0.5}).bound(0), 0);
  EXPECT_TRUE(std::isnan(sum(claim("f16-acc"), {70000}).bound(0)));
}

TEST(WeakerClaims, round_subnormal_factors_to_the_last_place_of_their_format) {
  for (const double x : {0x1.fff8p-137, 0x1.abcp-130, 0x1p-149}) {
    const double w = 0x1p100;
    const Expectation e = dot(claim("tf32"), {x, -x}, {w, 0x1p90});
    const double truncating = in_tf32(x) * w - in_tf32(x) * 0x1p90;
    EXPECT_TRUE(is_right(e, truncating)) << x;
    EXPECT_FALSE(is_right(e, x * w + 2 * 0x1p-136 * w)) << x;
  }
}

// ---- Subnormal numbers that count as 0 ----

TEST(Flushing, of_an_operand_passes_through_the_other_factor) {
  const double x = 0x1p-127, w = 0x1p20;
  const Expectation e = dot(flushing(DType::f32), {x, 1}, {w, 0x1p-100});
  EXPECT_TRUE(is_right(e, x * w + 0x1p-100));
  EXPECT_TRUE(is_right(e, 0x1p-100));
  EXPECT_FALSE(is_right(e, 0));
  EXPECT_FALSE(is_right(e, 3 * x * w + 0x1p-100));
  EXPECT_FALSE(is_right(dot(arithmetic_for(DType::f32, nullptr), {x, 1}, {w, 0x1p-100}), 0x1p-100)) << "by default";
}

TEST(Flushing, of_products_and_sums_costs_the_least_normal_number_each) {
  const Expectation e = dot(flushing(DType::f32), {0x1p-70, 0x1p-70}, {0x1p-60, 0x1p-60});
  EXPECT_TRUE(is_right(e, 0));
  EXPECT_TRUE(is_right(e, 0x1p-129));
  EXPECT_FALSE(is_right(e, 0x1p-122));
  const Expectation cancels = sum(flushing(DType::f32), {0x1.8p-126, -0x1p-126});
  EXPECT_TRUE(is_right(cancels, 0));
  EXPECT_TRUE(is_right(cancels, 0x1p-127));
  EXPECT_FALSE(is_right(cancels, 0x1p-122));
}

TEST(Flushing, leaves_equality_where_nothing_is_subnormal) {
  EXPECT_EQ(dot(flushing(DType::f32), {3, -5}, {7, 0.25}).bound(0), 0);
  EXPECT_EQ(dot(flushing(DType::f64), {3, -5}, {7, 0.25}).bound(0), 0);
  EXPECT_EQ(sum(flushing(DType::f32), {0x1p-126}).bound(0), 0);
  EXPECT_GT(sum(flushing(DType::f32), {0x1p-127}).bound(0), 0);
}

TEST(Flushing, of_a_factor_beside_an_infinite_one_is_not_judged) {
  EXPECT_TRUE(std::isnan(dot(flushing(DType::f32), {infinity}, {0x1p-130}).bound(0))) << "inf, or NaN";
  EXPECT_EQ(dot(flushing(DType::f32), {infinity}, {1}).bound(0), 0);
}

}  // namespace
}  // namespace cnnspec::checks

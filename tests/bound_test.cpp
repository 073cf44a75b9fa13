// The verdict on one element and on a whole output: what it accepts, and most of all what it must reject.
#include "checks/expect/bound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "checks/judge/comparison.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using M = Measured<double>;

using tests::infinity, tests::nan;

constexpr double u = 0x1p-24;

const Arithmetic ieee_float = ieee(DType::f32);

template <class R>
Judgement judge(double actual, const Measured<R>& expected, const Arithmetic& kernel = ieee_float) {
  return judge_element(actual, expected.value, error_bound(expected, kernel)).judgement;
}

/// 1*1 + ... + n*1
M sum_up_to(int n) {
  M sum;
  for (int i = 1; i <= n; ++i) sum += M(i) * M(1);
  return sum;
}

TEST(Bound, gamma_is_that_of_the_textbook) {
  EXPECT_EQ(gamma(0, u), 0);
  EXPECT_EQ(gamma(1, u), u / (1 - u));
  EXPECT_EQ(gamma(Idx{1} << 23, u), 1);
}

TEST(Bound, is_that_of_the_textbook_but_for_the_reference_s_own_error) {
  const M expected = sum_up_to(100);
  const double textbook = gamma(100, u) * expected.magnitude, bound = error_bound(expected, ieee_float);
  EXPECT_GT(bound, textbook);
  EXPECT_LT(bound, textbook * (1 + 4 * 0x1p-53 / u));  // the rounding of the reference is 2^29 times finer
}

TEST(Bound, is_zero_where_nothing_rounds) {
  EXPECT_EQ(error_bound(M(0.1), ieee_float), 0);
  EXPECT_EQ(judge(0.1, M(0.1)), Judgement::right);
  EXPECT_EQ(judge(std::nextafter(0.1, 1), M(0.1)), Judgement::wrong);
}

TEST(Bound, of_a_sum_of_nothing_is_zero_of_either_sign) {
  EXPECT_EQ(judge(0.0, M()), Judgement::right);
  EXPECT_EQ(judge(-0.0, M()), Judgement::right);
  EXPECT_EQ(judge(std::numeric_limits<float>::denorm_min(), M()), Judgement::wrong);
}

TEST(Bound, accepts_up_to_the_bound_and_rejects_beyond_it) {
  const M expected = sum_up_to(10);
  const double bound = error_bound(expected, ieee_float);
  for (const double sign : {1.0, -1.0}) {
    EXPECT_EQ(judge(expected.value + sign * bound * (1 - 0x1p-10), expected), Judgement::right);
    EXPECT_EQ(judge(expected.value + sign * bound * (1 + 0x1p-10), expected), Judgement::wrong);
  }
}

TEST(Bound, rejects_what_is_no_number) {
  for (const double bad : {nan, -nan, infinity, -infinity}) {
    EXPECT_EQ(judge(bad, sum_up_to(10)), Judgement::wrong);
    EXPECT_EQ(judge(bad, M(1.0)), Judgement::wrong);
    EXPECT_EQ(judge(bad, M()), Judgement::wrong);
  }
}

TEST(Bound, rejects_the_opposite_sign_and_a_zero_for_a_number) {
  EXPECT_EQ(judge(-55, sum_up_to(10)), Judgement::wrong);
  EXPECT_EQ(judge(0, sum_up_to(10)), Judgement::wrong);
}

TEST(Bound, forgives_the_underflow_of_products) {
  constexpr double eta = std::numeric_limits<float>::denorm_min();
  const M tiny = M(0x1p-80) * M(0x1p-80) + M(0x1p-75) * M(0x1p-75);  // both products vanish in float
  EXPECT_EQ(judge(0, tiny), Judgement::right);
  EXPECT_EQ(judge(2 * eta, tiny), Judgement::right);
  EXPECT_EQ(judge(3 * eta, tiny), Judgement::wrong);
}

TEST(Bound, does_not_judge_where_a_partial_sum_may_overflow) {
  const double huge = 0x1p127;
  const M cancelled = M(huge) * M(1) + M(huge) * M(1) + M(-huge) * M(1);
  EXPECT_EQ(judge(infinity, cancelled), Judgement::not_judged);
  EXPECT_EQ(judge(huge, cancelled), Judgement::not_judged);
  EXPECT_EQ(judge(infinity, M(huge) * M(1)), Judgement::wrong);
}

TEST(Bound, does_not_judge_sums_too_long_for_any_bound) {
  M longest = sum_up_to(1), too_long = longest;
  longest.terms = Idx{1} << 23;
  too_long.terms = longest.terms + 1;
  EXPECT_NE(judge(1, longest), Judgement::not_judged);
  EXPECT_EQ(judge(1, too_long), Judgement::not_judged);
  EXPECT_EQ(judge(1, M(std::numeric_limits<double>::max()) * M(2)), Judgement::not_judged);  // the reference overflows
}

TEST(Bound, adds_the_rounding_of_a_narrower_output) {
  const Arithmetic half_stored = find_profile("f32-acc")->arithmetic(DType::f16);
  const M expected = sum_up_to(10);
  const double error = expected.value * 0x1p-11;
  EXPECT_EQ(judge(expected.value + error, expected, half_stored), Judgement::right);
  EXPECT_EQ(judge(expected.value + 1.01 * error, expected, half_stored), Judgement::wrong);
  EXPECT_EQ(judge(expected.value + error, expected), Judgement::wrong);
}

TEST(Bound, the_reference_of_double_is_wider_than_double) {
  using L = Measured<long double>;
  const L third = L(1.0L / 3) * L(1);
  const double rounded = static_cast<double>(third.value);
  EXPECT_EQ(judge(rounded, third, ieee(DType::f64)), Judgement::right);
  EXPECT_EQ(judge(std::nextafter(std::nextafter(rounded, 1), 1), third, ieee(DType::f64)), Judgement::wrong);
}

Judgement judge_exactly(double actual, long double expected) { return judge_element(actual, expected, 0).judgement; }

TEST(ExactEquality, takes_both_zeros_and_nothing_else_for_zero) {
  EXPECT_EQ(judge_exactly(0.0, 0), Judgement::right);
  EXPECT_EQ(judge_exactly(-0.0, 0), Judgement::right);
  EXPECT_EQ(judge_exactly(0.0, -0.0L), Judgement::right);
  EXPECT_EQ(judge_exactly(std::numeric_limits<double>::denorm_min(), 0), Judgement::wrong);
  EXPECT_EQ(judge_exactly(nan, 0), Judgement::wrong);
}

TEST(ExactEquality, rejects_the_next_number_the_other_sign_and_what_is_no_number) {
  EXPECT_EQ(judge_exactly(16777215, 16777215), Judgement::right);
  for (const double v : {16777214.0, 16777216.0, -16777215.0, infinity, nan})
    EXPECT_EQ(judge_exactly(v, 16777215), Judgement::wrong) << v;
}

TEST(ExactEquality, takes_infinity_and_nan_where_they_are_expected_and_for_each_other_never) {
  for (const double expected : {infinity, -infinity, nan})
    for (const double actual : {infinity, -infinity, nan, 1.0, std::numeric_limits<double>::max()}) {
      const bool same = actual == expected || (std::isnan(actual) && std::isnan(expected));
      EXPECT_EQ(judge_exactly(actual, expected), same ? Judgement::right : Judgement::wrong) << actual << expected;
    }
}

TEST(Comparison, counts_the_wrong_elements_and_keeps_the_first) {
  const Comparison c = compare({1, 5, 3, nan}, Expectation{{1, 2, 3, 4}, {}, {}});
  EXPECT_EQ(c.elements_wrong, 2);
  EXPECT_EQ(c.judged, 4);
  EXPECT_EQ(c.first, 1);
  EXPECT_EQ(c.expected, 2);
  EXPECT_EQ(c.actual, 5);
  EXPECT_EQ(c.bound, 0);
  EXPECT_EQ(c.ratio, infinity);
  EXPECT_EQ(c.wrong, (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(c.worst_wrong_ratio, infinity) << "only equality is right";
  EXPECT_EQ(c.ratios.wrong, 2);
}

TEST(Comparison, keeps_the_largest_ratio_of_wrong_elements_apart_from_that_of_right_ones) {
  const Expectation expected{{1, 1, 1, 1}, {0.5, 0.5, 0.5, no_bound}, {}};
  const Comparison c = compare({1.25, 2, 3, 9}, expected);
  EXPECT_EQ(c.worst_ratio, 0.5);
  EXPECT_EQ(c.worst_wrong_ratio, 4);
  EXPECT_EQ(c.ratios.wrong, 2);
  EXPECT_EQ(c.ratios.counts[15], 1) << "the right one: 1/2";
  EXPECT_EQ(compare({1, 1, nan, 1}, expected).worst_wrong_ratio, infinity) << "no NaN, which compares with nothing";
  EXPECT_EQ(compare({1, 1, 1, 1}, expected).worst_wrong_ratio, 0);
}

TEST(Comparison, finds_nothing_wrong_with_equal_data) {
  const Comparison c = compare({1, -0.0, 3}, Expectation{{1, 0, 3}, {}, {}});
  EXPECT_EQ(c.elements_wrong, 0);
  EXPECT_TRUE(c.wrong.empty());
}

TEST(Comparison, tells_right_wrong_and_not_judged_apart) {
  const M sum = sum_up_to(10);
  Expectation expected;
  for (const M& m : {sum, M(0x1p127) * M(2), sum, sum}) {
    expected.values.push_back(m.value);
    expected.bounds.push_back(error_bound(m, ieee_float));
  }
  const Comparison c = compare({std::nextafter(55.0f, 60.0f), 0, 54, nan}, expected);
  EXPECT_EQ(c.judged, 3);
  EXPECT_EQ(c.not_judged, 1);
  EXPECT_EQ(c.elements_wrong, 2);
  EXPECT_EQ(c.first, 2);
  EXPECT_GT(c.ratio, 1);
  EXPECT_GT(c.worst_ratio, 0);  // only over the right elements
  EXPECT_LE(c.worst_ratio, 1);
}

}  // namespace
}  // namespace cnnspec::checks

// Expectation: equality is required exactly where nothing can round, with witnesses on both sides of each limit. Also
// the expected results of numbers that are not finite.
#include "checks/expect/expectation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "checks/data/data.hpp"
#include "checks/expect/bound.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

constexpr double largest = std::numeric_limits<float>::max(), eta = std::numeric_limits<float>::denorm_min();

using Values = std::vector<double>;

Arithmetic claim(const char* profile, DType dtype = DType::f32) { return find_profile(profile)->arithmetic(dtype); }

/// The expectation of the scalar product of x and w, and a bias.
struct One {
  double value, bound;
};
One expect_of(const Values& x, const Values& w, const Values& b = {}, const Arithmetic& a = ieee(DType::f32)) {
  const Operation o = operation_of(Op::linear_forward, cnnspec_linear{1, static_cast<Idx>(x.size()), 1});
  const Expectation e = expect(o, a, {x, w, b});
  return {static_cast<double>(e.values[0]), e.bound(0)};
}

#define EXPECT_EQUALITY(...) EXPECT_EQ(expect_of(__VA_ARGS__).bound, 0)
#define EXPECT_ROUNDING(...) EXPECT_GT(expect_of(__VA_ARGS__).bound, 0)
#define EXPECT_NOT_JUDGED(...) EXPECT_TRUE(std::isnan(expect_of(__VA_ARGS__).bound))

TEST(Expectation, is_equality_up_to_a_sum_of_magnitudes_of_2_to_the_24) {
  EXPECT_EQUALITY({0x1p23, 0x1p23}, {1, 1});
  EXPECT_EQUALITY({0x1p24 - 1, -1}, {1, 1});
  EXPECT_ROUNDING({0x1p24, 1}, {1, 1});
  EXPECT_ROUNDING({0x1p24, -1}, {1, 1});
  EXPECT_EQUALITY({0x1p24 - 1}, {1}, {1});
  EXPECT_ROUNDING({0x1p24 - 1}, {1}, {2});
}

TEST(Expectation, is_equality_for_multiples_of_any_one_power_of_two) {
  EXPECT_EQUALITY({0x1p-70 * 3, 0x1p-70}, {0x1p60 * 5, 0x1p60});
  EXPECT_EQUALITY({0x1p24 - 2, 2}, {0.5, 0.5});
  EXPECT_EQUALITY({0x1p25 - 2, 2}, {1, 1});
  EXPECT_ROUNDING({0x1p25 - 2, 1}, {1, 1});
  EXPECT_EQUALITY({4096}, {4095});
  EXPECT_ROUNDING({4097}, {4097});  // 2^24 + 2^13 + 1 has 25 digits
}

TEST(Expectation, is_rounding_where_another_order_gives_another_result) {
  const Values x{0x1p24, 1, -0x1p24}, w{1, 1, 1};
  const float in_order = (0x1p24f + 1.0f) - 0x1p24f, otherwise = (0x1p24f - 0x1p24f) + 1.0f;
  ASSERT_NE(in_order, otherwise);
  const One e = expect_of(x, w);
  for (const float result : {in_order, otherwise})
    EXPECT_EQ(judge_element(result, e.value, e.bound).judgement, Judgement::right);
}

TEST(Expectation, is_equality_down_to_the_smallest_subnormal) {
  EXPECT_EQUALITY({eta}, {1});
  EXPECT_EQUALITY({3 * eta, -5 * eta}, {1, 2});
  EXPECT_EQUALITY({2 * eta}, {0.5});
  EXPECT_ROUNDING({eta}, {0.5});
  EXPECT_ROUNDING({0x1p-75}, {0x1p-75});
}

TEST(Expectation, is_equality_up_to_the_largest_number_and_beyond_it_nothing_is_judged) {
  EXPECT_EQUALITY({largest}, {1});
  EXPECT_EQUALITY({0x1p126, 0x1p126}, {1, 1});
  EXPECT_NOT_JUDGED({0x1p127, 0x1p127}, {1, 1});
  EXPECT_NOT_JUDGED({0x1p127, 0x1p127, -0x1p127}, {1, 1, 1});
  EXPECT_NOT_JUDGED({largest, 0x1p103}, {1, 1});
}

TEST(Expectation, of_zeros_of_either_sign_is_zero) {
  for (const One e : {expect_of({-0.0}, {1}), expect_of({0.0}, {-1}), expect_of({0, 0}, {0.1f, 0.3f}, {-0.0})}) {
    EXPECT_EQ(e.value, 0);
    EXPECT_EQ(e.bound, 0);
  }
  EXPECT_ROUNDING({0, 3}, {0.1f, 1});  // the digits of a factor count, even if the other one is zero
}

TEST(Expectation, is_no_equality_where_factors_may_be_rounded_first) {
  EXPECT_EQUALITY({2047}, {3}, {}, claim("tf32"));
  EXPECT_EQUALITY({2048}, {3}, {}, claim("tf32"));
  EXPECT_ROUNDING({2049}, {3}, {}, claim("tf32"));
  EXPECT_ROUNDING({3}, {2049}, {}, claim("tf32"));
  EXPECT_EQUALITY({1}, {1}, {2049}, claim("tf32")) << "a bias is no factor";
  EXPECT_EQUALITY({255}, {3}, {}, claim("bf16"));
  EXPECT_ROUNDING({257}, {3}, {}, claim("bf16"));
}

TEST(Expectation, of_sums_in_f16_ends_at_2_to_the_11) {
  for (const Arithmetic& a : {claim("f16-acc"), ieee(DType::f16)}) {
    EXPECT_EQUALITY({2047, 1}, {1, 1}, {}, a);
    EXPECT_ROUNDING({2046, 3}, {1, 1}, {}, a);
    EXPECT_EQUALITY({1024, 1024}, {16, 16}, {}, a);
  }
}

TEST(Expectation, of_a_narrower_output_is_the_exact_sum_rounded_once) {
  const One f16 = expect_of({2048, 1}, {1, 1}, {}, claim("f32-acc", DType::f16));
  EXPECT_EQ(f16.value, 2048);
  EXPECT_EQ(f16.bound, 0);
  const One up = expect_of({2048, 3}, {1, 1}, {}, claim("f32-acc", DType::f16));
  EXPECT_EQ(up.value, 2052);
  EXPECT_NOT_JUDGED({60000, 10000}, {1, 1}, {}, claim("f32-acc", DType::f16));
}

// ---- Numbers that are not finite ----

TEST(Expectation, of_infinities_and_nan_is_what_the_specification_says) {
  const auto value = [](const Values& x, const Values& w) {
    EXPECT_EQUALITY(x, w);
    return expect_of(x, w).value;
  };
  EXPECT_EQ(value({infinity, 1}, {1, 1}), infinity);
  EXPECT_EQ(value({infinity, 1}, {-2, 0.1f}), -infinity);
  EXPECT_TRUE(std::isnan(value({infinity, 1}, {0, 1})));
  EXPECT_TRUE(std::isnan(value({infinity, -infinity}, {1, 1})));
  EXPECT_TRUE(std::isnan(value({nan, 1}, {0, 1})));
}

TEST(Expectation, where_finite_terms_may_overflow_beside_an_infinity_judges_nothing) {
  // From left to right the sum overflows to inf, and inf - inf is NaN; in another order the sum is -inf.
  EXPECT_NOT_JUDGED({largest, largest, -infinity}, {1, 1, 1});
  EXPECT_NOT_JUDGED({largest, -infinity}, {2, 1});
  const Operation db = operation_of(Op::linear_backward_bias, cnnspec_linear{3, 1, 1});
  EXPECT_TRUE(std::isnan(expect(db, ieee(DType::f32), {{largest, largest, -infinity}}).bound(0)));
  EXPECT_EQ(expect(db, ieee(DType::f32), {{largest, 0, -infinity}}).bound(0), 0);
  EXPECT_EQ(expect(db, ieee(DType::f32), {{largest, 0, -infinity}}).values[0], -infinity);
}

TEST(Expectation, leaves_outputs_without_an_infinity_as_they_are) {
  const Operation o = operation_of(Op::linear_forward, cnnspec_linear{2, 2, 1});
  const Expectation e = expect(o, ieee(DType::f32), {{infinity, 1, 0.1f, 0.3f}, {1, 0.7f}, {}});
  EXPECT_EQ(e.values[0], infinity);
  EXPECT_EQ(e.bound(0), 0);
  EXPECT_TRUE(std::isfinite(e.values[1]));
  EXPECT_GT(e.bound(1), 0);
}

TEST(Expectation, of_selections_takes_what_is_not_finite_as_it_is) {
  const Operation relu = operation_of(Op::relu_forward, cnnspec_elementwise{4});
  const Expectation e = expect(relu, ieee(DType::f32), {{nan, infinity, -infinity, 0.1f}});
  EXPECT_TRUE(std::isnan(e.values[0]));
  EXPECT_EQ(e.values[1], infinity);
  EXPECT_EQ(e.values[2], 0);
  EXPECT_EQ(e.values[3], 0.1f);
  const Operation pool =
      operation_of(Op::max_pool2d_forward, parse_descriptor(LayerId::max_pool2d, "mb1ic1ih1iw3kh1kw3"));
  EXPECT_EQ(expect(pool, ieee(DType::f32), {{-infinity, -infinity, -infinity}}).values[0], -infinity);
  EXPECT_TRUE(std::isnan(expect(pool, ieee(DType::f32), {{1, nan, infinity}}).values[0]));
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(e.bound(n), 0);
  const Operation back =
      operation_of(Op::max_pool2d_backward, parse_descriptor(LayerId::max_pool2d, "mb1ic1ih1iw3kh1kw3"));
  const Expectation dx = expect(back, ieee(DType::f32), {{1, infinity, 2}, {-infinity}});
  EXPECT_EQ(dx.values[1], -infinity);
  for (std::size_t n = 0; n < 3; ++n) EXPECT_EQ(dx.bound(n), 0);
}

// ---- Terms ----

TEST(Expectation, counts_the_terms_that_are_not_zero) {
  const Operation o = operation_of(Op::linear_forward, cnnspec_linear{1, 3, 2});
  EXPECT_EQ(expect(o, ieee(DType::f32), {{1, 0, 2}, {1, 1, 1, 0, 1, 0}, {0, 5}}).terms, (std::vector<Idx>{2, 1}));
  const Operation relu = operation_of(Op::relu_forward, cnnspec_elementwise{3});
  EXPECT_EQ(expect(relu, ieee(DType::f32), {{-1, 0, 2}}).terms, (std::vector<Idx>{0, 0, 1}));
}

TEST(Expectation, several_sets_in_one_run_are_those_of_a_wider_scalar) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(60); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const Operation o = operation_of(op, draw_problem(choices, layer_id(op)));
    if (!o.multiplies()) continue;
    const ExactPlan plan = plan_exact(o, ieee(DType::f32));
    std::vector<Operands<double>> sets;
    for (std::size_t set = 0; set < 6; ++set) sets.push_back(draw_integers(o, plan, choices.seed(), set % 2));
    const auto results = run_exactly(o, sets);
    ASSERT_EQ(results.size(), sets.size());
    for (std::size_t set = 0; set < sets.size(); ++set) {
      Operands<Measured<long double>> wide;
      for (const Values& v : sets[set]) {
        wide.emplace_back();
        for (const double e : v) wide.back().emplace_back(static_cast<long double>(e));
      }
      const auto expected = run_spec(o, wide);
      ASSERT_EQ(results[set].size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(results[set][i], expected[i].value) << name_of(op);
    }
  }
}

}  // namespace
}  // namespace cnnspec::checks

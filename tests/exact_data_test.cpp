// Exact data: the budget holds, the wide numbers are wide enough to expose a narrower format, and no term can be lost
// unnoticed.
#include "checks/data/exact_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "checks/data/data.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/layers/problems.hpp"
#include "tests/operation.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using tests::operation;

constexpr int float_bits = 24;
constexpr std::array wide_families{"exact-first-wide", "exact-second-wide"};

/// An arithmetic with sums of `bits` bits.
Arithmetic arithmetic(int bits = float_bits) {
  Arithmetic a = ieee(DType::f32);
  a.accumulator.digits = bits;
  return a;
}

DataSet draw(std::size_t wide, const Operation& o, std::uint64_t seed, const Arithmetic& a = arithmetic()) {
  return make_data(o, a, seed, wide_families[wide]).front();
}

std::vector<Measured<double>> measure(const Operation& o, const Operands<double>& inputs) {
  Operands<Measured<double>> measured;
  for (const auto& v : inputs) measured.emplace_back(v.begin(), v.end());
  return run_spec(o, measured);
}

double largest_magnitude(const Operation& o, const Operands<double>& inputs) {
  double largest = 0;
  for (const auto& m : measure(o, inputs)) largest = std::max(largest, m.magnitude);
  return largest;
}

std::uint64_t magnitude_of(double v) { return static_cast<std::uint64_t>(std::fabs(v)); }
bool is_wide(double v) { return magnitude_of(v) % 2 != 0 && std::bit_width(magnitude_of(v)) >= least_wide_bits; }
bool is_power_of_two(double v) { return std::has_single_bit(magnitude_of(v)); }

/// Rounds to the nearest number with a significand of `bits`, ties to even.
double rounded_to_bits(double v, int bits) {
  const double unit = std::ldexp(1.0, std::max(0, static_cast<int>(std::bit_width(magnitude_of(v))) - bits));
  return std::nearbyint(v / unit) * unit;
}

double share(const std::vector<double>& v, bool (*predicate)(double)) {
  return static_cast<double>(std::count_if(v.begin(), v.end(), predicate)) / static_cast<double>(v.size());
}

TEST(ExactPlan, fits_its_budget_by_construction_up_to_4097_terms_of_float) {
  for (const Idx terms : {1, 2, 9, 100, 577, 1000, 4096, 4097})
    for (const bool multiplies : {false, true}) {
      const ExactPlan plan = plan_exact(float_bits, float_bits, terms, multiplies);
      ASSERT_TRUE(plan.proved()) << terms;
      EXPECT_GE(plan.wide_bits, least_wide_bits);
      const Idx largest_term = ((Idx{1} << plan.wide_bits) - 1) << plan.narrow_bits;
      EXPECT_LE(terms * largest_term, Idx{1} << float_bits) << terms;
    }
}

TEST(ExactPlan, is_as_wide_as_the_type_where_nothing_is_summed) {
  EXPECT_EQ(plan_exact(24, 24, 1, false).wide_bits, 24);
  EXPECT_EQ(plan_exact(53, 53, 1, false).wide_bits, 53);
}

TEST(ExactPlan, draws_no_factor_wider_than_the_kernel_may_take_it) {
  for (const int factor_bits : {8, 11, 24})
    for (const Idx terms : {1, 20, 4000, 100'000})
      EXPECT_LE(plan_exact(float_bits, factor_bits, terms, true).wide_bits, factor_bits) << terms;
  const Operation o = operation(Op::linear_forward, "mb1ic3oc2");
  EXPECT_EQ(plan_exact(o, find_profile("tf32")->arithmetic(DType::f32)).wide_bits, 11);
  EXPECT_EQ(plan_exact(o, find_profile("bf16")->arithmetic(DType::f32)).wide_bits, 8);
  EXPECT_EQ(plan_exact(o, ieee(DType::bf16)).bits, 8);
  EXPECT_EQ(plan_exact(o, find_profile("f32-acc")->arithmetic(DType::bf16)).bits, 24);
  EXPECT_EQ(plan_exact(o, find_profile("f32-acc")->arithmetic(DType::f16)).bits, 15) << "2^16 overflows";
}

TEST(ExactPlan, mixes_wide_and_small_numbers_where_not_all_can_be_wide) {
  const ExactPlan plan = plan_exact(float_bits, float_bits, 4609, true);
  EXPECT_FALSE(plan.proved());
  EXPECT_EQ(plan.wide_bits, least_wide_bits);
  EXPECT_GT(plan.wide_share, 0.1);
  EXPECT_EQ(plan.zero_share, 0);
  EXPECT_LT(thinned(plan).wide_share, plan.wide_share);
  EXPECT_GT(plan_exact(float_bits, float_bits, (Idx{1} << 23) + 1, true).zero_share, 0);
}

TEST(ExactData, no_output_of_any_random_problem_exceeds_the_budget) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(300); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const Operation o = operation_of(op, draw_problem(choices, layer_id(op)));
    const auto dtype = static_cast<DType>(n / 12 % 4);
    const ExactPlan plan = plan_exact(o, ieee(dtype));
    for (std::size_t wide = 0; wide < 2; ++wide) {
      const DataSet data = draw(wide, o, choices.seed(), ieee(dtype));
      const auto out = measure(o, data.inputs);
      for (std::size_t i = 0; i < out.size(); ++i) {
        ASSERT_EQ(out[i].value, data.expected.values[i]);
        ASSERT_EQ(data.expected.bound(i), 0);
        ASSERT_LE(out[i].magnitude, std::ldexp(1.0, plan.bits)) << name_of(op) << " " << to_descriptor(o.problem);
        ASSERT_LE(out[i].terms, o.most_terms()) << name_of(op) << " " << to_descriptor(o.problem);
      }
    }
  }
}

TEST(ExactData, no_element_is_zero_so_that_no_term_can_get_lost) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(100); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const Operation o = operation_of(op, draw_problem(choices, layer_id(op)));
    for (std::size_t wide = 0; wide < 2; ++wide)
      for (const auto& input : draw(wide, o, choices.seed()).inputs)
        ASSERT_EQ(std::count(input.begin(), input.end(), 0), 0);
  }
}

TEST(ExactData, has_one_wide_and_one_narrow_operand_and_then_the_other_way_round) {
  const Operation o = operation(Op::conv2d_forward, "g2mb2ic8ih9iw7oc8kh3ph1");
  for (std::size_t wide = 0; wide < 2; ++wide) {
    const Operands<double> inputs = draw_integers(o, plan_exact(o, arithmetic()), 1, wide);
    EXPECT_EQ(share(inputs[wide], is_wide), 1);
    EXPECT_EQ(share(inputs[1 - wide], is_power_of_two), 1);
    EXPECT_EQ(share(inputs[2], is_wide), 1);  // the bias
    EXPECT_TRUE(draw(wide, o, 1).shows_all);
  }
}

TEST(ExactData, rounding_the_operands_to_tf32_or_bf16_changes_nearly_every_output) {
  const Operation o = operation(Op::conv2d_forward, "mb1ic3ih9iw7oc8kh3ph1");
  for (std::size_t wide = 0; wide < 2; ++wide)
    for (const int bits : {8, 11}) {
      DataSet data = draw(wide, o, 2);
      for (std::size_t n = 0; n < 2; ++n)
        for (double& v : data.inputs[n]) v = rounded_to_bits(v, bits);
      const std::vector<double> wrong = run_spec(o, data.inputs);
      Idx different = 0;
      for (std::size_t i = 0; i < wrong.size(); ++i) different += wrong[i] != data.expected.values[i];
      EXPECT_GT(different, static_cast<Idx>(wrong.size()) / 2);
    }
}

TEST(ExactData, a_long_sum_has_some_wide_terms_and_still_loses_none) {
  const Operation o = operation(Op::linear_forward, "mb1ic20000oc3");
  for (std::size_t wide = 0; wide < 2; ++wide) {
    const DataSet data = draw(wide, o, 3);
    const Idx terms = 20000 + !data.inputs[2].empty();
    EXPECT_LE(largest_magnitude(o, data.inputs), 0x1p24);
    EXPECT_GT(share(data.inputs[wide], is_wide), 0.02);
    EXPECT_EQ(data.visible, (std::vector<Idx>(3, terms)));
  }
}

TEST(ExactData, a_sum_too_long_for_any_number_has_zeros_and_says_how_many_terms_show) {
  const Operation o = operation(Op::linear_forward, "mb1ic10000oc3");
  const DataSet data = draw(0, o, 4, arithmetic(14));
  EXPECT_LE(largest_magnitude(o, data.inputs), 0x1p14);
  ASSERT_EQ(data.visible.size(), 3u);
  for (const Idx visible : data.visible) {
    EXPECT_GT(visible, 100);
    EXPECT_LT(visible, 10000);
  }
}

TEST(ExactData, is_drawn_again_until_it_fits) {
  // The budget is so tight that the few wide terms of an output sometimes exceed it.
  const Arithmetic tight = arithmetic(15);
  const Operation o = operation(Op::linear_forward, "mb1ic4100oc40");
  const ExactPlan plan = plan_exact(o, tight);
  int too_large = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    too_large += largest_magnitude(o, draw_integers(o, plan, seed, 1)) > 0x1p15;
    EXPECT_LE(largest_magnitude(o, draw(1, o, seed, tight).inputs), 0x1p15);
  }
  EXPECT_GT(too_large, 0);
}

TEST(ExactData, relu_lets_every_element_through_in_one_family_or_the_other) {
  const Operation o = operation(Op::relu_backward, "3x7");
  const DataSet first = draw(0, o, 5), second = draw(1, o, 5);
  ASSERT_EQ(first.visible.size(), 21u);
  for (std::size_t n = 0; n < first.visible.size(); ++n) EXPECT_EQ(first.visible[n] + second.visible[n], 1);
}

TEST(ExactData, depends_on_the_seed_alone) {
  const Operation o = operation(Op::conv2d_backward_kernel, "mb2ic2ih6oc3kh3");
  const auto inputs = [&](std::uint64_t seed) { return draw(0, o, seed, ieee(DType::f64)).inputs; };
  EXPECT_EQ(inputs(6), inputs(6));
  EXPECT_NE(inputs(6), inputs(7));
}

TEST(ExactData, leaves_the_bias_out_now_and_then) {
  const Operation o = operation(Op::conv2d_forward, "mb1ic2ih6oc3kh3");
  int without = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const DataSet data = draw(0, o, seed);
    without += data.inputs[2].empty();
    const std::vector<double> results = run_spec(o, data.inputs);
    EXPECT_TRUE(std::equal(results.begin(), results.end(), data.expected.values.begin(), data.expected.values.end()));
  }
  EXPECT_GT(without, 0);
  EXPECT_LT(without, 20);
}

TEST(Operation, refuses_a_problem_of_another_family_and_one_that_violates_a_clause) {
  EXPECT_ANY_THROW(operation_of(Op::relu_forward, parse_descriptor(LayerId::linear, "ic2oc3")));
  EXPECT_THROW(operation_of(Op::relu_forward, cnnspec_elementwise{0}), ShapeError);
  EXPECT_THROW(operation_of(Op::linear_forward, cnnspec_linear{1, -2, 3}), ShapeError);
}

TEST(Operation, most_terms_is_reached_where_no_tap_is_in_the_padding) {
  for (const Op op : {Op::conv2d_forward, Op::conv2d_backward_kernel, Op::conv2d_backward_bias, Op::linear_forward,
                      Op::linear_backward_input, Op::linear_backward_weight, Op::linear_backward_bias}) {
    const Operation o = operation(op, layer_id(op) == LayerId::linear ? "mb4ic5oc3" : "g2mb2ic4ih6iw5oc6kh3kw2sh2");
    Idx most = 0;
    for (const auto& m : measure(o, draw_integers(o, plan_exact(o, arithmetic()), 9, 0)))
      most = std::max(most, m.terms);
    EXPECT_EQ(most, o.most_terms()) << name_of(op);
  }
}

}  // namespace
}  // namespace cnnspec::checks

// Exact data: the budget holds, the wide numbers are wide enough to show a narrower format, and no term can get lost.
#include "checks/judge/exact_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "checks/generate/configurations.hpp"
#include "checks/judge/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

constexpr int float_bits = 24;

Operation operation(Op op, const char* descriptor) {
  return operation_of(op, parse_descriptor(family_of(op), descriptor));
}

std::vector<Measured<Idx>> measure(const Operation& o, const Operands<Idx>& inputs) {
  Operands<Measured<Idx>> measured;
  for (const auto& v : inputs) measured.emplace_back(v.begin(), v.end());
  return run_spec(o, measured);
}

Idx largest_magnitude(const Operation& o, const Operands<Idx>& inputs) {
  Idx largest = 0;
  for (const auto& m : measure(o, inputs)) largest = std::max(largest, m.magnitude);
  return largest;
}

int bits_of(Idx v) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::abs(v)))); }
bool is_wide(Idx v) { return v % 2 != 0 && bits_of(v) >= least_wide_bits; }
bool is_power_of_two(Idx v) { return std::has_single_bit(static_cast<std::uint64_t>(std::abs(v))); }

/// To the nearest number with a significand of `bits`, ties to even.
Idx rounded_to(Idx v, int bits) {
  const Idx unit = Idx{1} << std::max(0, bits_of(v) - bits);
  return static_cast<Idx>(std::nearbyint(static_cast<double>(v) / static_cast<double>(unit))) * unit;
}

double share(const std::vector<Idx>& v, bool (*predicate)(Idx)) {
  return static_cast<double>(std::count_if(v.begin(), v.end(), predicate)) / static_cast<double>(v.size());
}

TEST(ExactPlan, fits_its_budget_by_construction_up_to_4097_terms_of_float) {
  for (const Idx terms : {1, 2, 9, 100, 577, 1000, 4096, 4097})
    for (const bool multiplies : {false, true}) {
      const ExactPlan plan = plan_exact(float_bits, terms, multiplies);
      ASSERT_TRUE(plan.proved()) << terms;
      EXPECT_GE(plan.wide_bits, least_wide_bits);
      const Idx largest_term = ((Idx{1} << plan.wide_bits) - 1) << plan.narrow_bits;
      EXPECT_LE(terms * largest_term, Idx{1} << float_bits) << terms;
    }
}

TEST(ExactPlan, is_as_wide_as_the_type_where_nothing_is_summed) {
  EXPECT_EQ(plan_exact(24, 1, false).wide_bits, 24);
  EXPECT_EQ(plan_exact(53, 1, false).wide_bits, 53);
}

TEST(ExactPlan, mixes_wide_and_small_numbers_where_not_all_can_be_wide) {
  const ExactPlan plan = plan_exact(float_bits, 4609, true);
  EXPECT_FALSE(plan.proved());
  EXPECT_EQ(plan.wide_bits, least_wide_bits);
  EXPECT_GT(plan.wide_share, 0.1);
  EXPECT_EQ(plan.zero_share, 0);
  EXPECT_LT(thinned(plan).wide_share, plan.wide_share);
  EXPECT_GT(plan_exact(float_bits, (Idx{1} << 23) + 1, true).zero_share, 0);
}

TEST(ExactData, no_output_of_any_random_problem_exceeds_the_budget) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(300); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const Operation o = operation_of(op, draw_problem(choices, family_of(op)));
    for (const ExactFamily& family : exact_families) {
      const ExactData data = draw_exact(family, o, float_bits, choices.seed(), true);
      const auto out = measure(o, data.inputs);
      for (std::size_t i = 0; i < out.size(); ++i) {
        ASSERT_EQ(out[i].value, data.expected[i]);
        ASSERT_LE(out[i].magnitude, Idx{1} << float_bits) << name_of(op) << " " << to_descriptor(o.problem);
        ASSERT_LE(out[i].terms, o.most_terms()) << name_of(op) << " " << to_descriptor(o.problem);
      }
    }
  }
}

TEST(ExactData, no_element_is_zero_so_that_no_term_can_get_lost) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(100); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const Operation o = operation_of(op, draw_problem(choices, family_of(op)));
    for (const ExactFamily& family : exact_families)
      for (const auto& input : draw_exact(family, o, float_bits, choices.seed(), true).inputs)
        ASSERT_EQ(std::count(input.begin(), input.end(), 0), 0);
  }
}

TEST(ExactData, has_one_wide_and_one_narrow_operand_and_then_the_other_way_round) {
  const Operation o = operation(Op::conv2d_forward, "g2mb2ic8ih9iw7oc8kh3ph1");
  for (std::size_t wide = 0; wide < 2; ++wide) {
    const ExactData data = draw_exact(exact_families[wide], o, float_bits, 1, true);
    EXPECT_EQ(share(data.inputs[wide], is_wide), 1);
    EXPECT_EQ(share(data.inputs[1 - wide], is_power_of_two), 1);
    EXPECT_EQ(share(data.inputs[2], is_wide), 1);  // the bias
    EXPECT_TRUE(data.visible_terms.empty());       // all are visible
  }
}

TEST(ExactData, rounding_the_operands_to_tf32_or_bf16_changes_nearly_every_output) {
  const Operation o = operation(Op::conv2d_forward, "mb1ic3ih9iw7oc8kh3ph1");
  for (std::size_t wide = 0; wide < 2; ++wide)
    for (const int bits : {8, 11}) {
      ExactData data = draw_exact(exact_families[wide], o, float_bits, 2, true);
      for (std::size_t n = 0; n < 2; ++n)
        for (Idx& v : data.inputs[n]) v = rounded_to(v, bits);
      const std::vector<Idx> wrong = run_spec(o, data.inputs);
      Idx different = 0;
      for (std::size_t i = 0; i < wrong.size(); ++i) different += wrong[i] != data.expected[i];
      EXPECT_GT(different, static_cast<Idx>(wrong.size()) / 2);
    }
}

TEST(ExactData, a_long_sum_has_some_wide_terms_and_still_loses_none) {
  const Operation o = operation(Op::linear_forward, "mb1ic20000oc3");
  for (std::size_t wide = 0; wide < 2; ++wide) {
    const ExactData data = draw_exact(exact_families[wide], o, float_bits, 3, true);
    EXPECT_LE(largest_magnitude(o, data.inputs), Idx{1} << float_bits);
    EXPECT_GT(share(data.inputs[wide], is_wide), 0.02);
    for (const Idx visible : data.visible_terms) EXPECT_EQ(visible, 20001);
    EXPECT_EQ(data.visible_terms.size(), data.expected.size());
  }
}

TEST(ExactData, a_sum_too_long_for_any_number_has_zeros_and_says_how_many_terms_show) {
  const Operation o = operation(Op::linear_forward, "mb1ic10000oc3");
  const ExactData data = draw_exact(exact_families[0], o, 14, 4, true);
  EXPECT_LE(largest_magnitude(o, data.inputs), Idx{1} << 14);
  for (const Idx visible : data.visible_terms) {
    EXPECT_GT(visible, 100);
    EXPECT_LT(visible, 10000);
  }
}

TEST(ExactData, is_drawn_again_until_it_fits) {
  // A budget so tight that the few wide terms of an output are sometimes too many.
  constexpr int bits = 15;
  const Operation o = operation(Op::linear_forward, "mb1ic4100oc40");
  const ExactPlan plan = plan_exact(bits, o.most_terms(), true);
  int too_large = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    too_large += largest_magnitude(o, exact_families[1].draw(o, plan, seed)) > Idx{1} << bits;
    EXPECT_LE(largest_magnitude(o, draw_exact(exact_families[1], o, bits, seed, true).inputs), Idx{1} << bits);
  }
  EXPECT_GT(too_large, 0);
}

TEST(ExactData, relu_lets_every_element_through_in_one_family_or_the_other) {
  const Operation o = operation(Op::relu_backward, "3x7");
  const ExactData first = draw_exact(exact_families[0], o, float_bits, 5, false);
  const ExactData second = draw_exact(exact_families[1], o, float_bits, 5, false);
  for (std::size_t n = 0; n < first.visible_terms.size(); ++n)
    EXPECT_EQ(first.visible_terms[n] + second.visible_terms[n], 1);
}

TEST(ExactData, depends_on_the_seed_alone) {
  const Operation o = operation(Op::conv2d_backward_kernel, "mb2ic2ih6oc3kh3");
  const auto inputs = [&](std::uint64_t seed) { return draw_exact(exact_families[0], o, 53, seed, true).inputs; };
  EXPECT_EQ(inputs(6), inputs(6));
  EXPECT_NE(inputs(6), inputs(7));
}

TEST(ExactData, leaves_the_bias_out_where_there_is_none) {
  const Operation o = operation(Op::conv2d_forward, "mb1ic2ih6oc3kh3");
  const ExactData data = draw_exact(exact_families[0], o, float_bits, 8, false);
  EXPECT_TRUE(data.inputs[2].empty());
  EXPECT_EQ(data.expected, run_spec(o, data.inputs));
}

TEST(Operation, refuses_a_problem_of_another_family_and_one_that_violates_a_clause) {
  EXPECT_ANY_THROW(operation_of(Op::relu_forward, parse_descriptor(Family::linear, "ic2oc3")));
  EXPECT_THROW(operation_of(Op::relu_forward, cnnspec_elementwise{0}), ShapeError);
  EXPECT_THROW(operation_of(Op::linear_forward, cnnspec_linear{1, -2, 3}), ShapeError);
}

TEST(Operation, most_terms_is_reached_where_no_tap_is_in_the_padding) {
  for (const Op op : {Op::conv2d_forward, Op::conv2d_backward_kernel, Op::conv2d_backward_bias, Op::linear_forward,
                      Op::linear_backward_input, Op::linear_backward_weight, Op::linear_backward_bias}) {
    const Operation o = operation(op, family_of(op) == Family::linear ? "mb4ic5oc3" : "g2mb2ic4ih6iw5oc6kh3kw2sh2");
    Idx most = 0;
    for (const auto& m : measure(o, draw_exact(exact_families[0], o, float_bits, 9, true).inputs))
      most = std::max(most, m.terms);
    EXPECT_EQ(most, o.most_terms()) << name_of(op);
  }
}

}  // namespace
}  // namespace cnnspec::checks

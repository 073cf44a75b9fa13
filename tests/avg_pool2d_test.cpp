// Average pooling: its laws on random problems and on wrong layers, and the judge on kernels that are right in several
// ways or have one mistake.
#include <gtest/gtest.h>

#include "checks/generate/configurations.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/layers/avg_pool2d/gradient.hpp"
#include "checks/layers/avg_pool2d/laws.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/naive_avg_pool2d.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

using Functions = AvgPool2dFunctions<Int128>;

AvgPool2dProblem drawn_problem(Choices& choices) { return draw_of<AvgPool2dProblem>(choices, {}); }

// ---- Laws ----

TEST(AvgPool2dLaws, hold_for_the_specification) {
  const auto exact = avg_pool2d_laws<Int128>();
  const auto floating = avg_pool2d_laws<double>();
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(200); ++n) {
    const AvgPool2dProblem p = drawn_problem(choices);
    const Outcome found = judge(exact, spec_avg_pool2d<Int128>(), p, choices.seed());
    ASSERT_TRUE(found.holds()) << text_of(*found.finding());
    const Outcome in_double = judge(floating, spec_avg_pool2d<double>(), p, choices.seed());
    ASSERT_TRUE(in_double.holds()) << text_of(*in_double.finding());
  }
}

TEST(AvgPool2dLaws, have_the_gradient_of_finite_differences) {
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(40); ++n) {
    const AvgPool2dProblem p =
        draw_of<AvgPool2dProblem>(choices, {.max_extent = 6, .max_channels = 2, .max_kernel = 3});
    EXPECT_TRUE(check_gradient_of(spec_avg_pool2d<Int128>(), p, {}).passed()) << to_descriptor(p);
  }
}

struct WrongLayer {
  const char* name;
  Functions functions;
};

std::vector<WrongLayer> wrong_layers() {
  const Functions right = spec_avg_pool2d<Int128>();
  const auto with = [&](auto change) {
    return Functions{
        [=](const auto& x, AvgPool2dConfig g) { return change(g), right.forward(x, g); },
        [=](const auto& x, const auto& dy, AvgPool2dConfig g) { return change(g), right.backward(x, dy, g); }};
  };
  return {
      {"padding counted always", with([](AvgPool2dConfig& g) { g.count_include_pad = true; })},
      {"padding never counted", with([](AvgPool2dConfig& g) { g.count_include_pad = false; })},
      {"override ignored", with([](AvgPool2dConfig& g) { g.divisor_override = 0; })},
      {"never divided", with([](AvgPool2dConfig& g) { g.divisor_override = 1; })},
      {"always rounded down", with([](AvgPool2dConfig& g) { g.ceil_mode = false; })},
      {"dilation of the height for both", with([](AvgPool2dConfig& g) { g.width.dilation = g.height.dilation; })},
      {"dx is zero", {right.forward, [](const ImageShape& x, const auto&, const auto&) { return Image<Int128>(x); }}},
  };
}

TEST(AvgPool2dLaws, reject_wrong_layers) {
  const auto laws = avg_pool2d_laws<Int128>();
  for (const WrongLayer& wrong : wrong_layers()) {
    RandomChoices choices(7);
    bool is_found = false;
    for (int n = 0; n < 300 && !is_found; ++n)
      is_found = !judge(laws, wrong.functions, drawn_problem(choices), choices.seed()).holds();
    EXPECT_TRUE(is_found) << wrong.name;
  }
}

// ---- Kernels ----

template <MeanMistake mistake>
checks::Kernel kernel_with() {
  checks::Kernel k{.name = "mean", .description = ""};
  k.f32.avg_pool2d_forward = naive_avg_pool2d_forward<mistake>;
  k.f32.avg_pool2d_backward = naive_avg_pool2d_backward<mistake>;
  return k;
}

KernelResult judged(const checks::Kernel& kernel, Op op, Idx cases, const Conditions& conditions = {}) {
  JudgeOptions options;
  options.operations = {{op, DType::f32}};
  options.cases = cases, options.jobs = 1, options.conditions = conditions;
  return judge(kernel, options);
}

constexpr Op forward = Op::avg_pool2d_forward, backward = Op::avg_pool2d_backward;

TEST(AvgPool2dKernels, that_are_right_pass_and_their_formulation_is_named) {
  for (const Op op : {forward, backward}) {
    const KernelResult divides = judged(kernel_with<MeanMistake::none>(), op, 200);
    EXPECT_EQ(divides.verdict(), Verdict::pass);
    EXPECT_STREQ(divides.operations[0].formulation()->name, "divide");
    const KernelResult multiplies = judged(kernel_with<MeanMistake::times_reciprocal>(), op, 200);
    EXPECT_EQ(multiplies.verdict(), Verdict::pass);
    ASSERT_NE(multiplies.operations[0].formulation(), nullptr);
    EXPECT_STREQ(multiplies.operations[0].formulation()->name, "times-reciprocal");
  }
}

TEST(AvgPool2dKernels, that_multiply_are_wrong_where_division_alone_is_right) {
  Conditions strict;
  strict.formulation = "divide";
  EXPECT_EQ(judged(kernel_with<MeanMistake::times_reciprocal>(), forward, 200, strict).verdict(), Verdict::fail);
  EXPECT_EQ(judged(kernel_with<MeanMistake::none>(), forward, 200, strict).verdict(), Verdict::pass);
}

TEST(AvgPool2dKernels, that_divide_here_and_multiply_there_are_explained_by_the_wider_bound) {
  const KernelResult mixes = judged(kernel_with<MeanMistake::divides_or_not>(), forward, 200);
  EXPECT_EQ(mixes.verdict(), Verdict::pass);
  EXPECT_STREQ(mixes.operations[0].formulation()->name, "times-reciprocal");
}

/// A passing case that only these formulations explain.
CaseResult explained_by(FormulationSet formulations) {
  CaseResult result;
  result.supported = true, result.judged = result.terms = result.visible = 1, result.formulations = formulations;
  return result;
}

/// A result of an operation with one such case for each set.
KernelResult result_of(std::initializer_list<FormulationSet> sets, bool accepts_mixed = false) {
  KernelResult result;
  result.conditions.accepts_mixed = accepts_mixed;
  OperationResult row(forward, DType::f32);
  row.mixture_accepted = accepts_mixed;
  for (const FormulationSet set : sets)
    row.add(explained_by(set), parse_descriptor(LayerId::avg_pool2d, "ic1ih" + std::to_string(3 + row.cases) + "kh2"));
  result.operations = {row};
  return result;
}

TEST(Formulations, that_explain_all_cases_are_named_by_the_narrowest) {
  EXPECT_STREQ(result_of({0b110}).operations[0].formulation()->name, "times-reciprocal");
  EXPECT_STREQ(result_of({0b110, 0b100}).operations[0].formulation()->name, "terms-scaled");
  EXPECT_EQ(result_of({0b110, 0b100}).verdict(), Verdict::pass);
}

TEST(Formulations, none_of_which_explains_all_cases_make_the_verdict_differs) {
  const KernelResult mixes = result_of({0b110, 0b100, 0b010, 0b010});
  EXPECT_TRUE(mixes.operations[0].mixes_formulations());
  EXPECT_EQ(mixes.operations[0].formulation(), nullptr);
  EXPECT_EQ(mixes.verdict(), Verdict::differs);
  EXPECT_NE(describe_verdict(mixes).find("--accept mixed"), std::string::npos) << describe_verdict(mixes);
  const std::string which = describe_operations(mixes).back();
  EXPECT_NE(which.find("2 by times-reciprocal (the first: "), std::string::npos) << which;
  EXPECT_NE(which.find("1 by terms-scaled (the first: "), std::string::npos) << which;
}

TEST(Formulations, are_named_by_lines_that_judge_again_only_where_the_operation_has_them) {
  Conditions strict;
  strict.formulation = "divide";
  const auto again = [&](Op op) {
    return reproduce("k", {op, DType::f32, parse_descriptor(layer_id(op), layer_of(op).example), 1}, strict);
  };
  EXPECT_NE(again(forward).find("--formulation divide"), std::string::npos);
  EXPECT_EQ(again(Op::conv2d_forward).find("--formulation"), std::string::npos);
}

TEST(Formulations, may_be_mixed_if_that_is_accepted) {
  const KernelResult mixes = result_of({0b100, 0b010, 0b000}, true);
  EXPECT_EQ(mixes.verdict(), Verdict::pass);
  EXPECT_TRUE(mixes.operations[0].mixes_formulations());
  EXPECT_EQ(options_of(mixes.conditions), " --accept mixed");
  KernelResult wrong = mixes;
  wrong.operations[0].failed = 1;
  EXPECT_EQ(wrong.verdict(), Verdict::fail) << "it accepts nothing else";
}

}  // namespace
}  // namespace cnnspec::tests

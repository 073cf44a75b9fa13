// The judge: right kernels must pass, in whatever order they add; and the report on a wrong kernel has a command line
// that repeats the failure. broken_kernels_test.cpp tests that wrong kernels are found.
#include "checks/judge/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/judge/picture.hpp"
#include "checks/judge/report.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using tests::broken_kernel;
using tests::healthy_kernel;
using tests::Order;

JudgeOptions options_for(const Kernel& kernel, const std::vector<Op>& ops = {}) {
  JudgeOptions options;
  options.operations = operations_to_judge(kernel, ops, {DType::f32});
  options.seed = tests::test_seed();
  return options;
}

const std::vector<Op> conv2d_ops{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                                 Op::conv2d_backward_bias};

// ---- Right kernels pass ----

void expect_pass(const Kernel& kernel) {
  JudgeOptions options = options_for(kernel);
  options.cases = tests::scaled(60);
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::pass);
  EXPECT_EQ(result.cases(), std::ssize(options.operations) * options.cases);
  EXPECT_GE(result.sensitivity(), 0.95);  // large problems get one family of data, which shows half of a relu
  EXPECT_LE(result.worst_ratio(), 1);
  for (const Failure& f : result.failures) ADD_FAILURE() << describe_failure(kernel.name, f);
}

TEST(Judge, passes_a_kernel_that_adds_in_the_order_of_the_specification) {
  expect_pass(healthy_kernel(Order::forward));
}
TEST(Judge, passes_a_kernel_that_adds_in_reverse) { expect_pass(healthy_kernel(Order::reversed)); }
TEST(Judge, passes_a_kernel_that_adds_in_pairs) { expect_pass(healthy_kernel(Order::pairwise)); }
TEST(Judge, passes_a_kernel_with_fused_multiply_add) { expect_pass(healthy_kernel(Order::fused)); }
TEST(Judge, passes_a_kernel_that_accumulates_in_double) { expect_pass(healthy_kernel(Order::wide)); }

// ---- Reports on wrong kernels (broken_kernels_test.cpp tests that they are found) ----

/// The first failure within the default number of cases.
std::optional<Failure> first_failure(const Kernel& kernel, const std::vector<Op>& ops) {
  const JudgeOptions options = options_for(kernel, ops);
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n)
    if (CaseResult r = judge_case(kernel, cases.at(n)); r.failure) return r.failure;
  return {};
}

TEST(JudgeFinds, tf32_by_exact_data_and_says_where_it_is_wrong) {
  const Kernel kernel = broken_kernel("inputs rounded to TF32").kernel;
  const auto failure = first_failure(kernel, {Op::conv2d_forward});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->data, "exact-first-wide");
  EXPECT_EQ(failure->tensor, "y");
  EXPECT_EQ(failure->first_index.size(), 4);
  EXPECT_NE(failure->expected, failure->actual);
  EXPECT_EQ(failure->bound, 0);
  EXPECT_GE(failure->elements_wrong, 1);
  EXPECT_FALSE(failure->picture.empty());
}

// ---- The verdict on a whole run ----

TEST(JudgeVerdict, unsupported_cases_are_counted_and_are_no_failure) {
  const Kernel kernel = broken_kernel("supports grouped convolutions only").kernel;
  JudgeOptions options = options_for(kernel, conv2d_ops);
  options.cases = 50;
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::pass);
  EXPECT_GT(result.unsupported(), 0);
  EXPECT_LT(result.unsupported(), result.cases());
}

TEST(JudgeVerdict, is_vacuous_if_the_kernel_supports_nothing_that_it_was_asked) {
  const Kernel kernel = broken_kernel("supports grouped convolutions only").kernel;
  JudgeOptions options = options_for(kernel, conv2d_ops);
  options.problems = {parse_descriptor(LayerId::conv2d, "mb1ic2ih5oc3kh3")};  // one group
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.unsupported(), 4);
  EXPECT_EQ(result.verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_without_any_function) {
  EXPECT_EQ(judge(Kernel{}, options_for(Kernel{})).verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_if_no_lost_term_could_have_shown) {
  // The only window lies in the padding: dx is zero, and a kernel that computes nothing would pass.
  const Kernel kernel = healthy_kernel();
  JudgeOptions options = options_for(kernel, {Op::conv2d_backward_input});
  options.problems = {parse_descriptor(LayerId::conv2d, "mb1ic1ih1oc1oh1kh1sh3ph2")};
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.operations.front().failed, 0);
  EXPECT_EQ(result.sensitivity(), std::nullopt);
  EXPECT_EQ(result.verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_below_the_threshold_of_sensitivity) {
  const Kernel kernel = healthy_kernel();
  JudgeOptions options = options_for(kernel);
  options.cases = 3;
  options.least_sensitivity = 1.01;
  EXPECT_EQ(judge(kernel, options).verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, one_wrong_operation_makes_the_kernel_wrong) {
  Kernel kernel = healthy_kernel();
  kernel.f32.conv2d_backward_bias = broken_kernel("db not summed over the batch").kernel.f32.conv2d_backward_bias;
  JudgeOptions options = options_for(kernel);
  options.cases = 20;
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::fail);
  for (const OperationResult& o : result.operations)
    EXPECT_EQ(o.verdict(result.least_sensitivity), o.op == Op::conv2d_backward_bias ? Verdict::fail : Verdict::pass);
  EXPECT_EQ(static_cast<Idx>(result.failures.size()), options.failures_kept);
}

TEST(JudgeVerdict, stops_on_time) {
  const Kernel kernel = healthy_kernel();
  JudgeOptions options = options_for(kernel);
  options.cases = 1'000'000'000;
  options.seconds = std::numeric_limits<double>::min();
  EXPECT_EQ(judge(kernel, options).cases(), 0);
}

TEST(CaseList, a_case_depends_on_the_seed_and_its_number_alone) {
  const Kernel kernel = healthy_kernel();
  const JudgeOptions options = options_for(kernel, conv2d_ops),
                     one_op = options_for(kernel, {Op::conv2d_backward_input});
  const CaseList cases(options), same(options), fewer(one_op);
  const auto text = [&](const Case& c) { return reproduce("k", c); };
  EXPECT_EQ(text(cases.at(9)), text(same.at(9)));
  EXPECT_NE(text(cases.at(9)), text(cases.at(5)));
  EXPECT_EQ(text(cases.at(9)), text(fewer.at(2)));  // the third case of that operation, with any others
}

TEST(CaseList, refuses_a_problem_that_takes_too_much_memory_before_taking_any) {
  const Kernel kernel = healthy_kernel();
  JudgeOptions options = options_for(kernel);
  options.problems = {parse_descriptor(LayerId::conv2d, "mb1000000ic1000ih1000oc1000kh1")};
  try {
    judge(kernel, options);
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("MiB"), std::string::npos) << e.what();
  }
}

TEST(Judge, refuses_what_it_cannot_judge) {
  const Case mismatch{Op::relu_forward, DType::f32, cnnspec_linear{1, 2, 3}, 1};
  EXPECT_THROW(judge_case(Kernel{}, mismatch), UsageError);
  const Case invalid{Op::relu_forward, DType::f32, cnnspec_elementwise{0}, 1};
  EXPECT_THROW(judge_case(Kernel{}, invalid), ShapeError);
  for (const DType dtype : {DType::f32, DType::f16}) {
    const CaseResult absent = judge_case(Kernel{}, {Op::relu_forward, dtype, cnnspec_elementwise{3}, 1});
    EXPECT_FALSE(absent.supported || absent.failure) << "a kernel that has no such function";
    EXPECT_EQ(absent.judged, 0);
  }
}

// ---- Texts of the report ----

TEST(JudgeReport, a_failure_can_be_repeated_from_its_last_line) {
  const Kernel kernel = broken_kernel("kernel flipped").kernel;
  const auto failure = first_failure(kernel, {Op::conv2d_forward});
  ASSERT_TRUE(failure);
  const std::string text = describe_failure(kernel.name, *failure);
  const std::string descriptor = to_descriptor(failure->failed.problem);
  EXPECT_NE(text.find("again: cnnspec judge 'kernel flipped' --op conv2d_forward --dtype f32 --case " + descriptor +
                      " --seed " + std::to_string(failure->failed.seed) + "\n"),
            std::string::npos)
      << text;
  JudgeOptions again = options_for(kernel, {failure->failed.op});
  again.problems = {parse_descriptor(LayerId::conv2d, descriptor)};
  again.seed = failure->failed.seed;
  const KernelResult result = judge(kernel, again);
  ASSERT_EQ(result.failures.size(), 1);
  Failure repeated = result.failures[0];
  ASSERT_NE(repeated.shrunk, nullptr);
  const Case plainest = repeated.shrunk->failed;
  EXPECT_TRUE(judge_case(kernel, plainest).failure) << reproduce(kernel.name, plainest);
  EXPECT_FALSE(judge_case(healthy_kernel(), plainest).failure) << reproduce(kernel.name, plainest);
  EXPECT_NE(describe_failure(kernel.name, repeated).find(reproduce(kernel.name, plainest) + "\n"), std::string::npos);
  // Without the results of the closer look:
  repeated.shrunk = nullptr, repeated.diagnoses.clear(), repeated.holds.clear();
  EXPECT_EQ(describe_failure(kernel.name, repeated), text);
}

// ---- Mistakes from a size on, or only at some sizes ----

/// The result of judging a kernel on these problems.
KernelResult judged(const Kernel& kernel, Op op, const std::vector<const char*>& problems) {
  JudgeOptions options = options_for(kernel, {op});
  for (const char* problem : problems) options.problems.push_back(parse_descriptor(layer_id(op), problem));
  return judge(kernel, options);
}
std::vector<std::string> words_of(const std::vector<SizeCondition>& conditions) {
  std::vector<std::string> words;
  for (const SizeCondition& c : conditions) words.push_back(c.in_words());
  return words;
}
using Words = std::vector<std::string>;

Kernel flipped_from_16_channels() {
  Kernel kernel = healthy_kernel();
  kernel.name = "flipped from 16 channels on";
  kernel.f32.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    const auto f = p->out_channels < 16 ? tests::healthy.f32.conv2d_forward
                                        : broken_kernel("kernel flipped").kernel.f32.conv2d_forward;
    return f(p, x, w, b, y);
  };
  return kernel;
}

TEST(JudgeDiagnosis, a_mistake_that_holds_from_a_size_on_is_worded_so) {
  const Kernel kernel = flipped_from_16_channels();
  const KernelResult r =
      judged(kernel, Op::conv2d_forward, {"mb1ic2ih5oc40kh3", "mb2ic1ih4oc3kh2", "mb1ic1ih6oc17kh2"});
  ASSERT_EQ(r.failures.size(), 2);
  const Failure& f = r.failures.front();
  ASSERT_EQ(f.diagnoses.size(), 1);
  EXPECT_EQ(f.diagnoses.front().name, "kernel flipped");
  EXPECT_FALSE(f.diagnoses.front().only_fits) << "the cases below 16 channels do not speak against it";
  EXPECT_EQ(words_of(f.holds), Words{"from 16 output channels on"}) << "and not from 2 columns of the window on";
  const std::string text = describe_failure(kernel.name, f);
  EXPECT_NE(text.find("diagnosis: kernel flipped: "), std::string::npos) << text;
  EXPECT_NE(text.find("it holds: from 16 output channels on"), std::string::npos) << text;
  EXPECT_EQ(nlohmann::json::parse(to_json(r))["failures"][0]["holds"][0], "from 16 output channels on");
}

TEST(JudgeDiagnosis, a_mistake_that_always_holds_has_no_condition) {
  const KernelResult r = judged(broken_kernel("kernel flipped").kernel, Op::conv2d_forward, {"mb1ic2ih5oc20kh3"});
  ASSERT_EQ(r.failures.size(), 1);
  EXPECT_EQ(r.failures.front().diagnoses.front().name, "kernel flipped");
  EXPECT_EQ(words_of(r.failures.front().holds), Words{});
}

TEST(JudgeDiagnosis, of_what_is_left_after_blocks) {
  Kernel kernel = healthy_kernel();
  // Leaves out the input features after the last block of 16, if there is a block.
  kernel.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    std::vector<float> read(w, w + p->in_features * p->out_features);
    const Idx k = p->in_features;
    for (Idx n = 0; k > 16 && n < k * p->out_features; ++n)
      if (n % k >= k / 16 * 16) read[static_cast<std::size_t>(n)] = 0;
    return tests::healthy.f32.linear_forward(p, x, read.data(), b, y);
  };
  const KernelResult r = judged(kernel, Op::linear_forward, {"mb2ic70oc3", "mb3ic37oc2", "mb2ic5oc2", "mb2ic48oc2"});
  ASSERT_EQ(r.failures.size(), 2);
  for (const Failure& f : r.failures) {
    ASSERT_FALSE(f.diagnoses.empty());
    EXPECT_EQ(f.diagnoses.front().name, "input features after the last block of 16 left out");
    EXPECT_FALSE(f.diagnoses.front().only_fits);
    EXPECT_EQ(f.shrunk->failed.problem.as<cnnspec_linear>().in_features, 17);
  }
}

TEST(JudgeDiagnosis, of_one_case_says_that_it_fits) {
  Kernel kernel = healthy_kernel();
  // On one problem only, where a mistake of another kind may look like one of the table.
  kernel.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    const bool drops = p->batch == 1 && p->in_features == 2 && p->out_features == 3;
    return tests::healthy.f32.linear_forward(p, x, w, drops ? nullptr : b, y);
  };
  JudgeOptions options = options_for(kernel, {Op::linear_forward});
  options.problems = {parse_descriptor(LayerId::linear, "mb1ic2oc3")};
  // Searches for a seed whose data has a bias.
  while (!judge_case(kernel, {Op::linear_forward, DType::f32, options.problems[0], options.seed}).failure)
    ++options.seed;
  const KernelResult r = judge(kernel, options);
  ASSERT_EQ(r.failures.size(), 1);
  ASSERT_EQ(r.failures.front().diagnoses.size(), 1);
  EXPECT_EQ(r.failures.front().diagnoses.front().name, "bias dropped");
  EXPECT_TRUE(r.failures.front().diagnoses.front().only_fits);
  const std::string text = describe_failure("", r.failures.front());
  EXPECT_NE(text.find("fits this case: bias dropped"), std::string::npos) << text;
  EXPECT_EQ(text.find("diagnosis:"), std::string::npos) << text;
}

TEST(JudgeReport, the_picture_lays_all_planes_over_each_other) {
  // Two planes of 2x3: the last column is wrong in both, one more element in the second.
  const std::vector<bool> wrong{false, false, true, false, false, true, true, false, true, false, false, true};
  EXPECT_EQ(picture_of(wrong, {2, 1, 2, 3}), (std::vector<std::string>{"+.#", "..#"}));
  EXPECT_EQ(picture_of({true, false}, {2}), (std::vector<std::string>{"#."}));
}

TEST(JudgeReport, a_large_picture_is_made_smaller) {
  std::vector<bool> wrong(1000 * 1000);
  wrong.back() = true;
  const std::vector<std::string> picture = picture_of(wrong, {1000, 1000});
  EXPECT_LE(picture.size(), 24);
  EXPECT_LE(picture.back().size(), 72);
  EXPECT_EQ(picture.back().back(), '+');
  EXPECT_EQ(picture.front().front(), '.');
}

TEST(JudgeReport, the_json_has_the_documented_keys) {
  const Kernel kernel = broken_kernel("NaN on an image of one row").kernel;
  JudgeOptions options = options_for(kernel, {Op::conv2d_forward});
  options.problems = {parse_descriptor(LayerId::conv2d, "mb1ic1ih1iw5oc1kh1kw3")};
  const auto json = nlohmann::json::parse(to_json(judge(kernel, options)));
  for (const char* key : {"schema", "kernel", "verdict", "seed", "cases", "unsupported", "not_judged", "sensitivity",
                          "worst_ratio", "failures", "operations"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["verdict"], "fail");
  ASSERT_EQ(json["failures"].size(), 1);
  const auto& failure = json["failures"][0];
  for (const char* key : {"op", "dtype", "descriptor", "seed", "data", "kind", "elements_wrong", "first_index",
                          "expected", "actual", "bound", "ratio", "repro"})
    EXPECT_TRUE(failure.contains(key)) << key;
  EXPECT_EQ(failure["kind"], "wrong-value");
  EXPECT_EQ(failure["actual"], "nan");
  EXPECT_EQ(failure["elements_wrong"], 1);
  EXPECT_EQ(failure["map"]["all_judged"], true);
}

TEST(JudgeReport, the_json_says_how_wrong_a_kernel_is_that_is_never_right) {
  const Kernel kernel = broken_kernel("kernel flipped").kernel;
  JudgeOptions options = options_for(kernel, {Op::conv2d_forward});
  options.problems = {parse_descriptor(LayerId::conv2d, "mb1ic2ih5oc1kh3oh3")};
  const auto json = nlohmann::json::parse(to_json(judge(kernel, options)));
  const auto& row = json["operations"][0];
  EXPECT_EQ(row["failed"], row["cases"]);
  EXPECT_EQ(row["worst_wrong_ratio"], "inf") << "it is wrong where nothing rounds";
  EXPECT_GT(row["ratios"]["wrong"], 0);
  EXPECT_TRUE(row["sensitivity"].is_null() && row["least_sensitivity"].is_null() && json["sensitivity"].is_null());
}

TEST(JudgeReport, the_json_of_a_right_kernel_has_no_wrong_ratio) {
  JudgeOptions options = options_for(healthy_kernel(), {Op::conv2d_forward});
  options.cases = 3;
  const auto json = nlohmann::json::parse(to_json(judge(healthy_kernel(), options)));
  const auto& row = json["operations"][0];
  EXPECT_TRUE(row["worst_wrong_ratio"].is_null());
  EXPECT_EQ(row["ratios"]["wrong"], 0);
  EXPECT_EQ(row["sensitivity"], 1);
}

/// An element that is not judged is neither right nor wrong: a sum of that many large terms may overflow.
TEST(JudgeReport, a_failure_counts_the_elements_that_were_judged) {
  const Case c{Op::linear_backward_weight, DType::f32, parse_descriptor(LayerId::linear, "mb1ic2oc1"), 1,
               "x[0]=1 x[1]=170141183460469231731687303715884105728 dy[0]=2"};
  Kernel kernel;
  kernel.f32.linear_backward_weight = [](const auto*, const float*, const float*, float* dw) {
    dw[0] = dw[1] = 0;
    return CNNSPEC_DONE;
  };
  const CaseResult result = judge_case(kernel, c);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->elements, 1);
  EXPECT_EQ(result.failure->elements_wrong, 1);
}

TEST(JudgeReport, the_sentence_names_what_is_vacuous_and_counts_one_as_one) {
  KernelResult r;
  r.least_sensitivity = 0.9;
  OperationResult o;
  o.op = Op::conv2d_forward, o.dtype = DType::f64;
  o.cases = 2, o.judged = 10, o.with_terms = 1, o.sensitivity_sum = 0.12;
  r.operations = {o};
  EXPECT_EQ(describe_verdict(r),
            "nothing is wrong, but the data would have revealed the loss of only 12.0% of the terms of conv2d_forward "
            "f64");
  r.operations[0].with_terms = 0;
  EXPECT_EQ(describe_verdict(r),
            "nothing is wrong, but the data would have revealed the loss of no term of conv2d_forward f64");
  r.operations[0].judged = 0;
  EXPECT_EQ(describe_verdict(r), "nothing is wrong, but no element of conv2d_forward f64 could be judged");
  r.operations[0].failed = 1;
  EXPECT_EQ(describe_verdict(r), "1 of 2 cases is wrong");
  r.operations[0].failed = 2;
  EXPECT_EQ(describe_verdict(r), "2 of 2 cases are wrong");
  EXPECT_EQ(describe_count(1, 1), "1 of 1 case is wrong");
}

TEST(JudgeReport, what_is_not_all_does_not_read_as_all) {
  OperationResult o;
  o.cases = 1, o.judged = 1, o.with_terms = 1, o.sensitivity_sum = 0.9996;
  EXPECT_NE(table_row(o, 0.9).find(" 99.9%"), std::string::npos) << table_row(o, 0.9);
  o.sensitivity_sum = 0.29;
  EXPECT_NE(table_row(o, 0.9).find(" 29.0%"), std::string::npos) << table_row(o, 0.9);
  o.with_terms = 0;
  EXPECT_EQ(table_row(o, 0.9).find('%'), std::string::npos) << table_row(o, 0.9);
}

}  // namespace
}  // namespace cnnspec::checks

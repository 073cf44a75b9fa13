// The judge, judged: kernels that are right in whatever order they add must pass, and each of many deliberate mistakes,
// in a kernel that is right everywhere else, must be found within the default number of cases, for the right reason,
// and again from its repro line.
#include "checks/judge/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/judge/descriptor.hpp"
#include "checks/judge/picture.hpp"
#include "checks/judge/report.hpp"
#include "checks/usage_error.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

// ---- A naive kernel, written apart from the specification ----

enum class Order { forward, reversed, pairwise, fused, wide };

enum class Mistake {
  none,
  last_tap_dropped,
  kernel_flipped,
  right_padding_ignored,
  stride_swapped,
  inputs_tf32,
  products_bf16,
  bias_dropped,
  last_element_unwritten,
  remainder_unwritten,
  accumulated,
  input_modified,
  written_beyond,
  written_before,
  error_returned,
  db_of_first_image_only,
  dw_scaled,
  nan_on_one_row,
  rarely_supported
};

/// To the nearest number with a significand of `bits`.
float rounded_to(float v, int bits) {
  int exponent = 0;
  const float fraction = std::frexp(v, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

using Terms = std::vector<std::pair<float, float>>;

template <Order order>
float sum(const Terms& terms, std::size_t first, std::size_t last) {
  if constexpr (order == Order::pairwise) {
    if (last - first == 1) return terms[first].first * terms[first].second;
    const std::size_t middle = (first + last) / 2;
    return first == last ? 0 : sum<order>(terms, first, middle) + sum<order>(terms, middle, last);
  }
  float result = 0;
  double wide = 0;
  for (std::size_t n = first; n < last; ++n) {
    const auto [a, b] = terms[order == Order::reversed ? last - 1 - (n - first) : n];
    result = order == Order::fused ? std::fma(a, b, result) : result + a * b;
    wide += static_cast<double>(a) * static_cast<double>(b);
  }
  return order == Order::wide ? static_cast<float>(wide) : result;
}

/// visit(index in x, index in w, index in y) for each tap, as this kernel understands the problem.
template <Mistake mistake, class Visit>
void visit_taps(const cnnspec_conv2d& p, Visit visit) {
  const Idx channels = p.in_channels / p.groups, group_size = p.out_channels / p.groups;
  const bool swap = mistake == Mistake::stride_swapped;
  const Idx stride_h = swap ? p.stride_width : p.stride_height, stride_w = swap ? p.stride_height : p.stride_width;
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx o = 0; o < p.out_channels; ++o)
      for (Idx i = 0; i < p.out_height; ++i)
        for (Idx j = 0; j < p.out_width; ++j)
          for (Idx c = 0; c < channels; ++c)
            for (Idx r = 0; r < p.kernel_height; ++r)
              for (Idx s = 0; s < p.kernel_width; ++s) {
                const bool last = c == channels - 1 && r == p.kernel_height - 1 && s == p.kernel_width - 1;
                if (mistake == Mistake::last_tap_dropped && last) continue;
                const Idx row = i * stride_h + r * p.dilation_height - p.pad_top;
                const Idx column = j * stride_w + s * p.dilation_width - p.pad_left;
                if (row < 0 || row >= p.in_height || column < 0 || column >= p.in_width) continue;
                const Idx end = j * p.stride_width + (p.kernel_width - 1) * p.dilation_width - p.pad_left;
                if (mistake == Mistake::right_padding_ignored && end >= p.in_width) continue;
                const bool flip = mistake == Mistake::kernel_flipped;
                const Idx kernel_row = flip ? p.kernel_height - 1 - r : r;
                const Idx kernel_column = flip ? p.kernel_width - 1 - s : s;
                visit(((n * p.in_channels + o / group_size * channels + c) * p.in_height + row) * p.in_width + column,
                      ((o * channels + c) * p.kernel_height + kernel_row) * p.kernel_width + kernel_column,
                      ((n * p.out_channels + o) * p.out_height + i) * p.out_width + j);
              }
}

template <Order order, Mistake mistake>
struct Naive {
  static std::pair<float, float> term(float a, float b) {
    if (mistake == Mistake::inputs_tf32) return {rounded_to(a, 11), rounded_to(b, 11)};
    if (mistake == Mistake::products_bf16) return {rounded_to(a * b, 8), 1.0f};
    return {a, b};
  }

  static int finish(const cnnspec_conv2d& p, const std::vector<Terms>& terms, const float* x, float* out) {
    if (mistake == Mistake::error_returned && p.batch > 1) return 7;
    if (mistake == Mistake::rarely_supported && p.groups == 1) return CNNSPEC_UNSUPPORTED;
    for (std::size_t n = 0; n < terms.size(); ++n) {
      if (mistake == Mistake::last_element_unwritten && n == terms.size() - 1) continue;
      const float result = sum<order>(terms[n], 0, terms[n].size());
      out[n] = mistake == Mistake::accumulated ? out[n] + result : result;
    }
    if (mistake == Mistake::input_modified) const_cast<float*>(x)[0] += 1;
    if (mistake == Mistake::written_beyond) out[terms.size()] = 0;
    if (mistake == Mistake::written_before) out[-1] = 0;
    if (mistake == Mistake::nan_on_one_row && p.in_height == 1) out[0] = std::numeric_limits<float>::quiet_NaN();
    return CNNSPEC_DONE;
  }

  static int forward(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    std::vector<Terms> terms(static_cast<std::size_t>(p->batch * p->out_channels * p->out_height * p->out_width));
    visit_taps<mistake>(*p, [&](Idx i, Idx k, Idx o) { terms[o].push_back(term(x[i], w[k])); });
    const Idx plane = p->out_height * p->out_width;
    for (std::size_t n = 0; n < terms.size(); ++n)
      if (b != nullptr && mistake != Mistake::bias_dropped)
        terms[n].emplace_back(b[static_cast<Idx>(n) / plane % p->out_channels], 1.0f);
    return finish(*p, terms, x, y);
  }

  static int backward_input(const cnnspec_conv2d* p, const float* w, const float* dy, float* dx) {
    std::vector<Terms> terms(static_cast<std::size_t>(p->batch * p->in_channels * p->in_height * p->in_width));
    visit_taps<mistake>(*p, [&](Idx i, Idx k, Idx o) { terms[i].push_back(term(w[k], dy[o])); });
    if (mistake != Mistake::remainder_unwritten) return finish(*p, terms, w, dx);
    const Idx covered =
        (p->out_width - 1) * p->stride_width + p->dilation_width * (p->kernel_width - 1) + 1 - p->pad_left;
    for (std::size_t n = 0; n < terms.size(); ++n)
      if (static_cast<Idx>(n) % p->in_width < covered) dx[n] = sum<order>(terms[n], 0, terms[n].size());
    return CNNSPEC_DONE;
  }

  static int backward_kernel(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
    std::vector<Terms> terms(
        static_cast<std::size_t>(p->out_channels * (p->in_channels / p->groups) * p->kernel_height * p->kernel_width));
    const float scale = mistake == Mistake::dw_scaled ? 1.0f / static_cast<float>(p->batch) : 1.0f;
    visit_taps<mistake>(*p, [&](Idx i, Idx k, Idx o) { terms[k].push_back(term(x[i], dy[o] * scale)); });
    return finish(*p, terms, x, dw);
  }

  static int backward_bias(const cnnspec_conv2d* p, const float* dy, float* db) {
    std::vector<Terms> terms(static_cast<std::size_t>(p->out_channels));
    const Idx plane = p->out_height * p->out_width;
    const Idx images = mistake == Mistake::db_of_first_image_only ? 1 : p->batch;
    for (Idx n = 0; n < images * p->out_channels * plane; ++n)
      terms[n / plane % p->out_channels].emplace_back(dy[n], 1.0f);
    return finish(*p, terms, dy, db);
  }
};

template <Order order, Mistake mistake = Mistake::none>
Kernel naive() {
  using N = Naive<order, mistake>;
  Kernel kernel;
  kernel.name = "naive";
  kernel.f32.conv2d_forward = N::forward;
  kernel.f32.conv2d_backward_input = N::backward_input;
  kernel.f32.conv2d_backward_kernel = N::backward_kernel;
  kernel.f32.conv2d_backward_bias = N::backward_bias;
  return kernel;
}

JudgeOptions options_for(const Kernel& kernel, const std::vector<Op>& ops = {}) {
  JudgeOptions options;
  options.operations = operations_to_judge(kernel, ops, {});
  options.seed = tests::test_seed();
  return options;
}

// ---- Right kernels pass ----

void expect_pass(const Kernel& kernel) {
  JudgeOptions options = options_for(kernel);
  options.cases = tests::scaled(200);
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::pass);
  EXPECT_EQ(result.cases(), 4 * options.cases);
  EXPECT_EQ(result.sensitivity(), 1);
  EXPECT_LE(result.worst_ratio(), 1);
  for (const Failure& f : result.failures) ADD_FAILURE() << describe_failure(kernel.name, f);
}

TEST(Judge, passes_a_kernel_that_adds_in_the_order_of_the_specification) { expect_pass(naive<Order::forward>()); }
TEST(Judge, passes_a_kernel_that_adds_in_reverse) { expect_pass(naive<Order::reversed>()); }
TEST(Judge, passes_a_kernel_that_adds_in_pairs) { expect_pass(naive<Order::pairwise>()); }
TEST(Judge, passes_a_kernel_with_fused_multiply_add) { expect_pass(naive<Order::fused>()); }
TEST(Judge, passes_a_kernel_that_accumulates_in_double) { expect_pass(naive<Order::wide>()); }

// ---- Wrong kernels are found ----

/// The first failure within the default number of cases.
std::optional<Failure> first_failure(const Kernel& kernel, const std::vector<Op>& ops) {
  const JudgeOptions options = options_for(kernel, ops);
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n)
    if (CaseResult r = judge_case(kernel, cases.at(n)); r.failure) return r.failure;
  return {};
}

/// Each operation must fail on its own, for this reason, again when it is repeated, and not in a kernel without the
/// mistake.
template <Mistake mistake>
void expect_found(FailureKind kind, const std::vector<Op>& ops) {
  const Kernel kernel = naive<Order::forward, mistake>(), healthy = naive<Order::forward>();
  for (const Op op : ops) {
    const std::optional<Failure> failure = first_failure(kernel, {op});
    ASSERT_TRUE(failure) << name_of(op);
    EXPECT_EQ(failure->failed.op, op);
    EXPECT_EQ(failure->kind, kind) << describe_failure(kernel.name, *failure);
    const CaseResult again = judge_case(kernel, failure->failed);
    ASSERT_TRUE(again.failure);
    EXPECT_EQ(describe_failure(kernel.name, *again.failure), describe_failure(kernel.name, *failure));
    EXPECT_FALSE(judge_case(healthy, failure->failed).failure);
  }
}

const std::vector<Op> with_taps{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel};
const std::vector<Op> all{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                          Op::conv2d_backward_bias};

TEST(JudgeFinds, a_dropped_tap) { expect_found<Mistake::last_tap_dropped>(FailureKind::wrong_value, with_taps); }
TEST(JudgeFinds, a_flipped_kernel) { expect_found<Mistake::kernel_flipped>(FailureKind::wrong_value, with_taps); }
TEST(JudgeFinds, ignored_right_padding) {
  expect_found<Mistake::right_padding_ignored>(FailureKind::wrong_value, with_taps);
}
TEST(JudgeFinds, strides_of_the_wrong_axes) {
  expect_found<Mistake::stride_swapped>(FailureKind::wrong_value, with_taps);
}
TEST(JudgeFinds, inputs_rounded_to_tf32) { expect_found<Mistake::inputs_tf32>(FailureKind::wrong_value, with_taps); }
TEST(JudgeFinds, products_rounded_to_bf16) {
  expect_found<Mistake::products_bf16>(FailureKind::wrong_value, with_taps);
}
TEST(JudgeFinds, a_dropped_bias) {
  expect_found<Mistake::bias_dropped>(FailureKind::wrong_value, {Op::conv2d_forward});
}
TEST(JudgeFinds, an_unwritten_element) {
  expect_found<Mistake::last_element_unwritten>(FailureKind::unwritten_output, all);
}
TEST(JudgeFinds, an_unwritten_remainder_of_dx) {
  expect_found<Mistake::remainder_unwritten>(FailureKind::unwritten_output, {Op::conv2d_backward_input});
}
TEST(JudgeFinds, an_output_that_is_added_to_what_was_there) {
  expect_found<Mistake::accumulated>(FailureKind::wrong_value, all);
}
TEST(JudgeFinds, a_modified_input) { expect_found<Mistake::input_modified>(FailureKind::input_modified, all); }
TEST(JudgeFinds, a_write_beyond_the_output) { expect_found<Mistake::written_beyond>(FailureKind::out_of_bounds, all); }
TEST(JudgeFinds, a_write_before_the_output) { expect_found<Mistake::written_before>(FailureKind::out_of_bounds, all); }
TEST(JudgeFinds, an_error_that_the_kernel_returns) {
  expect_found<Mistake::error_returned>(FailureKind::kernel_error, all);
}
TEST(JudgeFinds, db_that_is_not_summed_over_the_batch) {
  expect_found<Mistake::db_of_first_image_only>(FailureKind::wrong_value, {Op::conv2d_backward_bias});
}
TEST(JudgeFinds, a_scaled_dw) {
  expect_found<Mistake::dw_scaled>(FailureKind::wrong_value, {Op::conv2d_backward_kernel});
}
TEST(JudgeFinds, a_nan) { expect_found<Mistake::nan_on_one_row>(FailureKind::wrong_value, all); }

TEST(JudgeFinds, tf32_by_exact_data_and_says_where_it_is_wrong) {
  const Kernel kernel = naive<Order::forward, Mistake::inputs_tf32>();
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
  const Kernel kernel = naive<Order::forward, Mistake::rarely_supported>();
  JudgeOptions options = options_for(kernel);
  options.cases = 50;
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::pass);
  EXPECT_GT(result.unsupported(), 0);
  EXPECT_LT(result.unsupported(), result.cases());
}

TEST(JudgeVerdict, is_vacuous_if_the_kernel_supports_nothing_that_it_was_asked) {
  const Kernel kernel = naive<Order::forward, Mistake::rarely_supported>();
  JudgeOptions options = options_for(kernel);
  options.problems = {parse_descriptor(Family::conv2d, "mb1ic2ih5oc3kh3")};  // one group
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.unsupported(), 4);
  EXPECT_EQ(result.verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_without_any_function) {
  EXPECT_EQ(judge(Kernel{}, options_for(Kernel{})).verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_if_no_lost_term_could_have_shown) {
  // The only window lies in the padding: dx is zero, and a kernel that computes nothing at all would pass.
  const Kernel kernel = naive<Order::forward>();
  JudgeOptions options = options_for(kernel, {Op::conv2d_backward_input});
  options.problems = {parse_descriptor(Family::conv2d, "mb1ic1ih1oc1oh1kh1sh3ph2")};
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.operations.front().failed, 0);
  EXPECT_EQ(result.sensitivity(), 0);
  EXPECT_EQ(result.verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, is_vacuous_below_the_threshold_of_sensitivity) {
  const Kernel kernel = naive<Order::forward>();
  JudgeOptions options = options_for(kernel);
  options.cases = 3;
  options.least_sensitivity = 1.01;
  EXPECT_EQ(judge(kernel, options).verdict(), Verdict::vacuous);
}

TEST(JudgeVerdict, one_wrong_operation_makes_the_kernel_wrong) {
  Kernel kernel = naive<Order::forward>();
  kernel.f32.conv2d_backward_bias = Naive<Order::forward, Mistake::db_of_first_image_only>::backward_bias;
  JudgeOptions options = options_for(kernel);
  options.cases = 20;
  const KernelResult result = judge(kernel, options);
  EXPECT_EQ(result.verdict(), Verdict::fail);
  for (const OperationResult& o : result.operations)
    EXPECT_EQ(o.verdict(result.least_sensitivity), o.op == Op::conv2d_backward_bias ? Verdict::fail : Verdict::pass);
  EXPECT_EQ(static_cast<Idx>(result.failures.size()), options.failures_kept);
}

TEST(JudgeVerdict, stops_on_time) {
  const Kernel kernel = naive<Order::forward>();
  JudgeOptions options = options_for(kernel);
  options.cases = 1'000'000'000;
  options.seconds = std::numeric_limits<double>::min();
  EXPECT_EQ(judge(kernel, options).cases(), 0);
}

TEST(CaseList, a_case_depends_on_the_seed_and_its_number_alone) {
  const Kernel kernel = naive<Order::forward>();
  const JudgeOptions options = options_for(kernel), one_op = options_for(kernel, {Op::conv2d_backward_input});
  const CaseList cases(options), same(options), fewer(one_op);
  const auto text = [&](const Case& c) { return reproduce("k", c); };
  EXPECT_EQ(text(cases.at(9)), text(same.at(9)));
  EXPECT_NE(text(cases.at(9)), text(cases.at(5)));
  EXPECT_EQ(text(cases.at(9)), text(fewer.at(2)));  // the third of that operation, whatever else is judged
}

TEST(CaseList, refuses_a_problem_that_takes_too_much_memory_before_taking_any) {
  const Kernel kernel = naive<Order::forward>();
  JudgeOptions options = options_for(kernel);
  options.problems = {parse_descriptor(Family::conv2d, "mb1000000ic1000ih1000oc1000kh1")};
  try {
    judge(kernel, options);
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("MiB"), std::string::npos) << e.what();
  }
}

TEST(Judge, refuses_what_it_cannot_judge) {
  const Case half{Op::relu_forward, DType::f16, cnnspec_elementwise{3}, 1};
  EXPECT_THROW(judge_case(Kernel{}, half), UsageError);
  const Case mismatch{Op::relu_forward, DType::f32, cnnspec_linear{1, 2, 3}, 1};
  EXPECT_THROW(judge_case(Kernel{}, mismatch), UsageError);
}

// ---- What it says ----

TEST(JudgeReport, a_failure_can_be_repeated_from_its_last_line) {
  const Kernel kernel = naive<Order::forward, Mistake::kernel_flipped>();
  const auto failure = first_failure(kernel, {Op::conv2d_forward});
  ASSERT_TRUE(failure);
  const std::string text = describe_failure(kernel.name, *failure);
  const std::string descriptor = to_descriptor(failure->failed.problem);
  EXPECT_NE(text.find("again: cnnspec judge naive --op conv2d_forward --dtype f32 --case " + descriptor + " --seed " +
                      std::to_string(failure->failed.seed) + "\n"),
            std::string::npos)
      << text;
  JudgeOptions again = options_for(kernel, {failure->failed.op});
  again.problems = {parse_descriptor(Family::conv2d, descriptor)};
  again.seed = failure->failed.seed;
  const KernelResult result = judge(kernel, again);
  ASSERT_EQ(result.failures.size(), 1);
  EXPECT_EQ(describe_failure(kernel.name, result.failures[0]), text);
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
  const Kernel kernel = naive<Order::forward, Mistake::nan_on_one_row>();
  JudgeOptions options = options_for(kernel, {Op::conv2d_forward});
  options.problems = {parse_descriptor(Family::conv2d, "mb1ic1ih1iw5oc1kh1kw3")};
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
}

}  // namespace
}  // namespace cnnspec::checks

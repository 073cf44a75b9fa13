// Large problems: exact results are judged by projection, and the sets of data one after the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "checks/data/data.hpp"
#include "checks/expect/expectation.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/memory.hpp"
#include "checks/judge/report.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

/// What a kernel does to its right result.
using Spoil = void (*)(const cnnspec_conv2d& p, float* y, std::int64_t count);

/// A convolution with a kernel of one cell.
template <Spoil spoil>
int forward(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  if (p->kernel_height != 1 || p->kernel_width != 1 || p->groups != 1 || p->in_height != p->out_height) return 1;
  const std::int64_t pixels = p->in_height * p->in_width;
  for (std::int64_t n = 0; n < p->batch; ++n)
    for (std::int64_t o = 0; o < p->out_channels; ++o) {
      float* const plane = y + (n * p->out_channels + o) * pixels;
      std::fill_n(plane, pixels, 0.0f);
      for (std::int64_t c = 0; c < p->in_channels; ++c)
        for (std::int64_t i = 0; i < pixels; ++i)
          plane[i] += w[o * p->in_channels + c] * x[(n * p->in_channels + c) * pixels + i];
      for (std::int64_t i = 0; i < pixels && b != nullptr; ++i) plane[i] += b[o];
    }
  spoil(*p, y, p->batch * p->out_channels * pixels);
  return 0;
}

void nothing(const cnnspec_conv2d&, float*, std::int64_t) {}
void last_element(const cnnspec_conv2d&, float* y, std::int64_t count) { y[count - 1] += 0x1p20f; }
void last_image(const cnnspec_conv2d& p, float* y, std::int64_t count) {
  if (p.batch > 1) std::copy_n(y, count / p.batch, y + count - count / p.batch);
}
void two_that_cancel(const cnnspec_conv2d& p, float* y, std::int64_t) { y[0] += 1, y[p.out_height * p.out_width] -= 1; }
void nan_somewhere(const cnnspec_conv2d&, float* y, std::int64_t count) { y[count / 2] = std::nanf(""); }

template <Spoil spoil>
checks::Kernel kernel_with() {
  checks::Kernel kernel{.name = "one cell", .description = ""};
  kernel.f32.conv2d_forward = forward<spoil>;
  return kernel;
}

/// The same with storage in 16 bits and sums in float.
template <DType dtype, Spoil spoil>
int forward_in_half(const cnnspec_conv2d* p, const std::uint16_t* x, const std::uint16_t* w, const std::uint16_t* b,
                    std::uint16_t* y) {
  const auto widened = [](const std::uint16_t* from, std::int64_t count) {
    const std::vector<double> v = decode(dtype, std::as_bytes(std::span(from, static_cast<std::size_t>(count))));
    return std::vector<float>(v.begin(), v.end());
  };
  const std::int64_t pixels = p->in_height * p->in_width;
  std::vector<float> sums(static_cast<std::size_t>(p->batch * p->out_channels * pixels)), bias;
  if (b != nullptr) bias = widened(b, p->out_channels);
  const int status = forward<spoil>(p, widened(x, p->batch * p->in_channels * pixels).data(),
                                    widened(w, p->out_channels * p->in_channels).data(),
                                    b == nullptr ? nullptr : bias.data(), sums.data());
  const std::vector<std::byte> stored = encode(dtype, {sums.begin(), sums.end()});
  if (status == 0) std::ranges::copy(stored, reinterpret_cast<std::byte*>(y));
  return status;
}

template <Spoil spoil>
checks::Kernel kernel_in_half_with() {
  checks::Kernel kernel{.name = "one cell", .description = ""};
  kernel.f16.conv2d_forward = forward_in_half<DType::f16, spoil>;
  kernel.bf16.conv2d_forward = forward_in_half<DType::bf16, spoil>;
  return kernel;
}

Case case_of(const char* descriptor, DType dtype = DType::f32) {
  return {Op::conv2d_forward, dtype, parse_descriptor(LayerId::conv2d, descriptor), 1};
}

constexpr const char* large = "mb2ic16ih32oc64kh1";      // judged at once
constexpr const char* very_large = "mb2ic8ih480oc2kh1";  // one set of data after the other

TEST(LargeCases, are_judged_in_turn_if_all_data_takes_much_memory) {
  EXPECT_FALSE(is_judged_in_turn(case_of(large), {}));
  EXPECT_TRUE(is_judged_in_turn(case_of(very_large), {}));
}

TEST(LargeCases, pass_if_they_are_right) {
  for (const char* descriptor : {large, very_large}) {
    JudgeOptions options;
    options.operations = {{Op::conv2d_forward, DType::f32}};
    options.problems = {case_of(descriptor).problem};
    const KernelResult right = judge(kernel_with<nothing>(), options);
    EXPECT_EQ(right.verdict(), Verdict::pass) << descriptor;
    const OperationResult& row = right.operations[0];
    EXPECT_EQ(row.projected, 3) << "all sets but the rounded one";
    EXPECT_EQ(row.sensitivity(), 1);
    EXPECT_GT(right.chance_of_error(), 0);
    EXPECT_LT(right.chance_of_error(), 1e-17);
    EXPECT_EQ(row.not_judged, 0);
  }
}

/// db has few outputs, each a sum of many numbers. They are computed one after the other.
TEST(LargeCases, of_sums_of_all_elements_take_little_more_memory_than_their_inputs) {
  const Problem problem = parse_descriptor(LayerId::conv2d, "mb2ic1ih320oc3kh1");
  const Operation db = operation_of(Op::conv2d_backward_bias, problem);
  ASSERT_TRUE(is_computed_in_parts(db));
  const Problem many_outputs = parse_descriptor(LayerId::conv2d, "mb2ic1ih3oc65537kh1");
  EXPECT_FALSE(is_computed_in_parts(operation_of(db.op, many_outputs))) << "there would be too many parts";
  const Case c{db.op, DType::f32, problem, 1};
  EXPECT_LT(bytes_for(c, {}), 0x1p25 + 5 * 22 * db.elements());
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Arithmetic arithmetic = arithmetic_for(dtype, nullptr);
    for (const DataSet& set : make_data(db, arithmetic, 1, "")) {
      const Expectation& e = set.expected;
      EXPECT_EQ(e.values.size(), 3u) << set.family;
      EXPECT_TRUE(e.places.empty()) << set.family;
      const std::vector<double> sums = run_spec(db, set.inputs);
      for (std::size_t n = 0; n < sums.size(); ++n)
        EXPECT_LE(std::fabs(static_cast<double>(e.values[n]) - sums[n]),
                  e.bound(n) + std::fabs(sums[n]) * std::ldexp(1.0, -arithmetic.storage.digits));
      if (set.family != "exact-first-wide") continue;
      if (dtype == DType::f32)
        EXPECT_EQ(set.visible[0], 2 * 320 * 320);
      else
        EXPECT_LE(set.visible[0], 2 * 320 * 320) << "a term may vanish where a sum is rounded";
    }
  }
}

TEST(LargeCases, named_in_the_refusal_is_the_largest) {
  JudgeOptions options;
  options.operations = {{Op::conv2d_forward, DType::f32}, {Op::conv2d_backward_kernel, DType::f32}};
  options.problems = {case_of(large).problem, case_of("mb2g64ic512ih240oc512kh3ph1").problem, case_of(large).problem};
  options.most_bytes = 1;
  try {
    judge(kernel_with<nothing>(), options);
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("g64"), std::string::npos) << e.what();
  }
}

TEST(LargeCases, that_are_wrong_are_located_as_small_ones_are) {
  const CaseResult wrong = judge_case(kernel_with<last_element>(), case_of(very_large));
  ASSERT_TRUE(wrong.failure);
  const Failure& f = *wrong.failure;
  EXPECT_EQ(f.kind, FailureKind::wrong_value);
  EXPECT_EQ(f.elements_wrong, 1);
  EXPECT_EQ(f.first_index, (std::vector<Idx>{1, 1, 479, 479}));
  EXPECT_EQ(f.actual, f.expected + 0x1p20);
  EXPECT_EQ(f.data, "exact-first-wide");
  EXPECT_NE(reproduce("k", f.failed).find("--data exact-first-wide"), std::string::npos);
}

TEST(LargeCases, are_wrong_if_mistakes_cancel_or_are_no_numbers_or_an_image_is_repeated) {
  EXPECT_TRUE(judge_case(kernel_with<two_that_cancel>(), case_of(large)).failure);
  EXPECT_TRUE(judge_case(kernel_with<nan_somewhere>(), case_of(large)).failure);
  EXPECT_TRUE(judge_case(kernel_with<last_image>(), case_of(large)).failure);
}

/// Results in 16 bits are rounded when they are stored. Sums of small numbers are stored exactly, so a projection
/// judges them; the other families are judged on a sample, also exactly.
TEST(LargeCases, in_half_types_are_judged_in_full_on_small_numbers_and_on_a_sample_of_the_others) {
  constexpr const char* descriptor = "mb2ic64ih23oc64kh1";
  for (const DType dtype : {DType::f16, DType::bf16}) {
    const CaseResult right = judge_case(kernel_in_half_with<nothing>(), case_of(descriptor, dtype));
    EXPECT_FALSE(right.failure) << name_of(dtype);
    EXPECT_EQ(right.projected, 1) << name_of(dtype);
    EXPECT_EQ(right.in_sample, 4 * 1024) << "two wide families, one in turn, and real numbers";
    EXPECT_EQ(right.sensitivity(), 1) << name_of(dtype);
    const CaseResult wrong = judge_case(kernel_in_half_with<last_image>(), case_of(descriptor, dtype));
    ASSERT_TRUE(wrong.failure) << name_of(dtype);
    Case small = case_of(descriptor, dtype);
    small.data = "exact-small";
    const CaseResult one = judge_case(kernel_in_half_with<last_element>(), small);
    ASSERT_TRUE(one.failure) << name_of(dtype);
    EXPECT_EQ(one.failure->elements_wrong, 1);
    EXPECT_EQ(one.failure->first_index, (std::vector<Idx>{1, 63, 22, 22}));
  }
}

/// A sum of so many terms may be too large to be stored exactly. So nothing is projected.
TEST(LargeCases, in_half_types_with_long_sums_are_judged_on_a_sample) {
  const Case c = case_of("mb1ic2048ih32oc3kh1", DType::bf16);
  const CaseResult right = judge_case(kernel_in_half_with<nothing>(), c);
  EXPECT_FALSE(right.failure);
  EXPECT_EQ(right.projected, 0);
  EXPECT_EQ(right.in_sample, 5 * 255) << "half a million terms for each set of data";
  EXPECT_GT(right.sensitivity(), 0.99);
  EXPECT_TRUE(judge_case(kernel_in_half_with<last_element>(), c).failure) << "the last element is in every sample";
}

TEST(LargeCases, that_take_too_much_memory_are_refused_with_the_option_that_allows_them) {
  const Case c = case_of("mb2g64ic512ih240oc512kh3ph1");
  const Problem& problem = c.problem;
  const double bytes = bytes_for(c, {});
  EXPECT_NO_THROW(require_memory(problem, bytes, bytes));
  try {
    require_memory(problem, bytes, bytes - 1);
    FAIL();
  } catch (const UsageError& e) {
    const std::string option = "--memory " + std::to_string(static_cast<Idx>(std::ceil(bytes / 0x1p20)));
    EXPECT_NE(std::string(e.what()).find(option), std::string::npos) << e.what();
  }
  EXPECT_GE(usual_memory(), 0x1p31);
}

TEST(Results, of_the_sets_of_a_case_are_added_and_the_best_shown_counts) {
  CaseResult all, wide, rounded;
  wide.terms = wide.visible = 8, wide.judged = 8, wide.projected = 1;
  rounded.terms = 4, rounded.judged = 4, rounded.worst_ratio = 0.5, rounded.in_sample = 4;
  all.add(wide);
  all.add(rounded);
  EXPECT_EQ(all.sensitivity(), 1);
  EXPECT_EQ(all.judged, 12);
  EXPECT_EQ(all.worst_ratio, 0.5);
  EXPECT_EQ(all.in_sample, 4);
  EXPECT_FALSE(all.failure);
  CaseResult failed;
  failed.failure.emplace().data = "rounded";
  all.add(failed);
  EXPECT_EQ(all.failure->data, "rounded");
}

}  // namespace
}  // namespace cnnspec::tests

// The judge, judged by the broken kernels: each is found within the default number of cases, for the right reason, and
// again when it is judged again; and nothing is found where its mistake does not show.
#include "tests/broken_kernels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {

/// What a failed test prints of its parameter.
void PrintTo(const BrokenKernel& b, std::ostream* out) { *out << b.name; }

namespace {

using namespace checks;

// ---- What the judge cannot do yet: to switch something on, remove it from its list ----

/// Only a judge that calls a kernel in another process, between guard pages, survives or sees these.
constexpr std::array<std::string_view, 24> needs_isolation{
    "dx crashes where a stride of 3 leaves a remainder", "writes into an input and restores it",
    "writes a page beyond the end", "reads beyond the end", "reads before the begin", "crashes", "divides by zero",
    "aborts", "throws an exception", "overflows the stack", "exits with status 0", "allocates without end", "hangs",
    "hangs and blocks all signals", "sleeps for ever", "prints megabytes to stdout", "prints megabytes to stderr",
    "closes all descriptors", "leaves a thread running",
    // What these do depends on how often the process has called them.
    "unsupported every third time", "every third call wrong", "keeps the weights of the first call",
    // Memory that is not theirs is not always what they expect.
    "im2col offset applied twice", "index -1 for a window of minus infinity or NaN"};

/// Only data that is not drawn yet shows these: ties, zeros, infinities, and NaN (--specials).
constexpr std::array<std::string_view, 7> needs_data{
    "every tied maximum gets the gradient",
    "the last of tied cells wins",
    "tied cells are compared column by column",
    "maximum starts at the lowest finite number",
    "derivative of relu at zero is 1",
    "NaN never wins",
    "relu of NaN is zero",
};

constexpr bool judges_16_bit_types = false;

// ----

bool lists(std::span<const std::string_view> names, const BrokenKernel& b) {
  return std::find(names.begin(), names.end(), b.name) != names.end();
}

bool is_judged(const BrokenKernel& b) {
  const bool has_type = judges_16_bit_types || b.dtype == DType::f32;
  return has_type && !lists(needs_isolation, b) && !lists(needs_data, b);
}

bool passes(const BrokenKernel& b) { return b.kinds.front() == "pass"; }

JudgeOptions options_for(const BrokenKernel& b, Op op) {
  JudgeOptions options;
  options.operations = {{op, b.dtype}};
  options.seed = test_seed();
  return options;
}

struct Found {
  Idx cases = 0;  // the failed one included
  Failure failure;
};

/// Within the default number of cases.
std::optional<Found> first_failure(const BrokenKernel& b, Op op) {
  const JudgeOptions options = options_for(b, op);
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n)
    if (CaseResult r = judge_case(b.kernel, cases.at(n)); r.failure) return Found{n + 1, *r.failure};
  return {};
}

class Broken : public testing::TestWithParam<BrokenKernel> {
 protected:
  void SetUp() override {
    if (!is_judged(GetParam())) GTEST_SKIP() << "the judge cannot judge this yet";
  }
};

TEST_P(Broken, is_found_for_the_right_reason_and_again) {
  const BrokenKernel& b = GetParam();
  if (passes(b)) GTEST_SKIP() << "no offence";
  const Kernel healthy = healthy_kernel();
  for (const Op op : b.ops) {
    const std::optional<Found> found = first_failure(b, op);
    ASSERT_TRUE(found) << name_of(op);
    const Failure& failure = found->failure;
    const std::string text = describe_failure(b.name, failure);
    EXPECT_NE(std::find(b.kinds.begin(), b.kinds.end(), name_of(failure.kind)), b.kinds.end()) << text;
    EXPECT_TRUE(b.shows == nullptr || b.shows(failure.failed.problem)) << text;
    const CaseResult again = judge_case(b.kernel, failure.failed);
    ASSERT_TRUE(again.failure) << text;
    EXPECT_EQ(again.failure->kind, failure.kind) << text;
    EXPECT_FALSE(judge_case(healthy, failure.failed).failure) << text;
  }
}

TEST_P(Broken, passes_where_its_mistake_does_not_show) {
  const BrokenKernel& b = GetParam();
  if (b.shows == nullptr && !passes(b)) GTEST_SKIP() << "it may show anywhere";
  for (const Op op : b.ops) {
    const JudgeOptions options = options_for(b, op);
    const CaseList cases(options);
    const int most = scaled(30);
    int left = most;
    for (Idx n = 0; n < cases.size() && left > 0; ++n) {
      const Case c = cases.at(n);
      if (b.shows != nullptr && b.shows(c.problem)) continue;
      --left;
      const CaseResult r = judge_case(b.kernel, c);
      EXPECT_FALSE(r.failure) << describe_failure(b.name, *r.failure);
    }
    EXPECT_LT(left, most) << name_of(op);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernel, Broken, testing::ValuesIn(broken_kernels().begin(), broken_kernels().end()),
                         [](const auto& broken) {
                           std::string name = broken.param.name;
                           for (char& c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           return name;
                         });

TEST(BrokenKernels, half_of_them_are_found_within_200_cases) {
  std::vector<Idx> cases;
  for (const BrokenKernel& b : broken_kernels()) {
    if (!is_judged(b) || passes(b)) continue;
    for (const Op op : b.ops) {
      const std::optional<Found> found = first_failure(b, op);
      cases.push_back(found ? found->cases : JudgeOptions{}.cases);
      fmt::print("{:<55} {:<23} {:>4} {:<18} {:<17} {}\n", b.name, name_of(op),
                 found ? std::to_string(found->cases) : "-", found ? found->failure.data : "",
                 found ? name_of(found->failure.kind) : "", b.diagnosis);
    }
  }
  std::sort(cases.begin(), cases.end());
  ASSERT_FALSE(cases.empty());
  const Idx median = cases[cases.size() / 2];
  fmt::print("{} pairs of kernel and operation; cases until the first failure: median {}, most {}\n", cases.size(),
             median, cases.back());
  EXPECT_LE(median, 200);
}

TEST(BrokenKernels, have_names_of_their_own_that_the_lists_know) {
  std::vector<std::string_view> names;
  for (const BrokenKernel& b : broken_kernels()) names.push_back(b.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  const auto is_known = [&](std::string_view name) { return std::binary_search(names.begin(), names.end(), name); };
  for (const std::string_view name : needs_isolation) EXPECT_TRUE(is_known(name)) << name;
  for (const std::string_view name : needs_data) EXPECT_TRUE(is_known(name)) << name;
}

TEST(HealthyKernel, passes_on_every_operation) {
  const BrokenKernel healthy{.name = "healthy", .kernel = healthy_kernel()};
  for_each_function(healthy.kernel.f32, [&](Op op, auto function) {
    ASSERT_NE(function, nullptr);
    const JudgeOptions options = options_for(healthy, op);
    const CaseList cases(options);
    for (Idx n = 0; n < scaled(60); ++n) {
      const CaseResult r = judge_case(healthy.kernel, cases.at(n));
      EXPECT_FALSE(r.failure) << describe_failure(healthy.name, *r.failure);
    }
  });
}

}  // namespace
}  // namespace cnnspec::tests

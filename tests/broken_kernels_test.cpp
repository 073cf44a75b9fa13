// The broken kernels test the judge. Each is found within the default number of cases, for the right reason, and found
// again when it is judged again. Nothing is found where its mistake has no effect.
#include "tests/broken_kernels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "checks/host/fork_host.hpp"
#include "checks/judge/history.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/sanitized.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {

/// gtest prints this for its parameter.
void PrintTo(const BrokenKernel& b, std::ostream* out) { *out << b.name; }

namespace {

using namespace checks;

bool passes(const BrokenKernel& b) { return b.kinds.front() == "pass"; }
bool hangs(const BrokenKernel& b) { return b.kinds.front() == "hang"; }

/// The conditions for any broken kernel. A call takes microseconds, or never ends.
Conditions conditions_for(const BrokenKernel& b, double seconds_per_call = 0.5) {
  Conditions c;
  c.profile = find_profile(b.profile);
  c.data.specials = b.specials;
  c.isolation.seconds_per_call = seconds_per_call;
  c.isolation.bytes = 0x1p27;
  return c;
}
Conditions conditions_of(const BrokenKernel& b) { return conditions_for(b, hangs(b) ? 0.1 : 0.5); }

JudgeOptions options_for(const BrokenKernel& b, Op op) {
  JudgeOptions options;
  options.operations = {{op, b.dtype}};
  options.seed = test_seed();
  options.conditions = conditions_of(b);
  return options;
}

struct Found {
  Idx cases = 0;  // including the failed case
  Failure failure;
};

/// The first failure within the default number of cases. Each case has a separate process, unless the kernel needs a
/// history.
std::optional<Found> first_failure(const BrokenKernel& b, Op op) {
  JudgeOptions options = options_for(b, op);
  if (b.needs_history) {
    options.failures_kept = 1;
    const KernelResult result = judge(b.kernel, options);
    if (result.failures.empty()) return {};
    return Found{options.cases, result.failures.front()};
  }
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n)
    if (CaseResult r = judge_case(b.kernel, cases.at(n), options.conditions); r.failure)
      return Found{n + 1, *r.failure};
  return {};
}

/// The report of a run that ends at that failure, or later: further failures distinguish misreadings that explain one
/// failure.
KernelResult told(const BrokenKernel& b, Op op, const Found& found) {
  JudgeOptions options = options_for(b, op);
  options.cases = b.shows == nullptr || b.diagnosis == nullptr ? found.cases : std::max(found.cases, options.cases);
  return judge(b.kernel, options);
}

std::string names_of(const std::vector<Diagnosis>& diagnoses) {
  std::string names;
  for (const Diagnosis& d : diagnoses) names += (names.empty() ? "" : "; ") + d.name;
  return names;
}

class Broken : public testing::TestWithParam<BrokenKernel> {
 protected:
  static void TearDownTestSuite() {
    if (rows().empty()) return;
    fmt::print("| broken kernel | known from | operation | cases | data | verdict | diagnosis |\n");
    fmt::print("|---|---|---|---|---|---|---|\n{}", rows());
  }
  static void add_row(const BrokenKernel& b, Op op, const Found& found, const Failure& closer) {
    rows() += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", b.name, b.source, name_of(op), found.cases,
                          found.failure.data, name_of(found.failure.kind), names_of(closer.diagnoses));
  }

 private:
  /// The results for all kernels that this process has judged.
  static std::string& rows() {
    static std::string all;
    return all;
  }
};

TEST_P(Broken, is_found_for_the_right_reason_and_again) {
  const BrokenKernel& b = GetParam();
  if (b.needs_memory_limit && sanitized) GTEST_SKIP() << "memory is not limited under a sanitizer";
  for (const Op op : b.ops) {
    const std::optional<Found> found = first_failure(b, op);
    ASSERT_TRUE(found) << name_of(op);
    const Failure& failure = found->failure;
    const std::string text = describe_failure(b.name, failure);
    EXPECT_NE(std::find(b.kinds.begin(), b.kinds.end(), name_of(failure.kind)), b.kinds.end()) << text;
    EXPECT_TRUE(b.shows == nullptr || b.shows(failure.failed.problem)) << text;
    if (b.needs_history) {
      add_row(b, op, *found, failure);
      continue;
    }
    const CaseResult again = judge_case(b.kernel, failure.failed, conditions_of(b));
    ASSERT_TRUE(again.failure) << text;
    if (b.kinds.size() == 1) {
      EXPECT_EQ(again.failure->kind, failure.kind) << text;
    }
    EXPECT_FALSE(judge_case(healthy, failure.failed, conditions_for(b)).failure) << text;

    const KernelResult result = told(b, op, *found);
    ASSERT_FALSE(result.failures.empty()) << text;
    const Failure& closer = result.failures.front();
    ASSERT_NE(closer.shrunk, nullptr) << text;
    const std::string story = describe_failure(b.name, closer, conditions_of(b));
    ForkHost host(b.kernel);
    const Failure& shrunk = *closer.shrunk;
    EXPECT_TRUE(shrunk.history.empty() ? judge_case(host, shrunk.failed, conditions_of(b)).failure
                                       : judge_after(host, shrunk.history, shrunk.failed, conditions_of(b)).failure)
        << story;
    EXPECT_FALSE(judge_case(healthy, closer.shrunk->failed, conditions_for(b)).failure) << story;
    if (b.diagnosis != nullptr) {
      EXPECT_EQ(closer.diagnoses.empty() ? "" : closer.diagnoses.front().name, b.diagnosis)
          << names_of(closer.diagnoses) << "\n"
          << story;
    }
    // For a kernel that follows a convention, the report does not name the profile that it satisfies.
    const OperationResult& row = result.operations.front();
    const std::string like = row.behaves_like != nullptr ? row.behaves_like->name : "";
    if (b.behaves_like != nullptr && row.conventions.empty()) {
      EXPECT_EQ(like, b.behaves_like) << story;
    }
    EXPECT_TRUE(row.conventions.empty() || like.empty()) << story;
    add_row(b, op, *found, closer);
  }
}

/// A kernel that is known to be right on some problems, or on all problems.
class PartlyRight : public testing::TestWithParam<BrokenKernel> {};

TEST_P(PartlyRight, passes_where_its_mistake_does_not_show) {
  const BrokenKernel& b = GetParam();
  for (const Op op : b.ops) {
    const JudgeOptions options = options_for(b, op);
    const CaseList cases(options);
    const int most = scaled(12);
    int left = most;
    for (Idx n = 0; n < cases.size() && left > 0; ++n) {
      const Case c = cases.at(n);
      if (b.shows != nullptr && b.shows(c.problem)) continue;
      --left;
      const CaseResult r = judge_case(b.kernel, c, options.conditions);
      EXPECT_FALSE(r.failure) << describe_failure(b.name, *r.failure);
    }
    EXPECT_LT(left, most) << name_of(op);
  }
}

std::vector<BrokenKernel> kernels_that(bool (*are)(const BrokenKernel&)) {
  std::vector<BrokenKernel> some;
  std::copy_if(broken_kernels().begin(), broken_kernels().end(), std::back_inserter(some), are);
  return some;
}

std::string test_name(const testing::TestParamInfo<BrokenKernel>& broken) {
  std::string name = broken.param.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernel, Broken,
                         testing::ValuesIn(kernels_that([](const BrokenKernel& b) { return !passes(b); })), test_name);
INSTANTIATE_TEST_SUITE_P(Kernel, PartlyRight, testing::ValuesIn(kernels_that([](const BrokenKernel& b) {
                           return b.shows != nullptr || passes(b);
                         })),
                         test_name);

TEST(BrokenKernels, half_of_them_are_found_within_200_cases) {
  std::vector<Idx> cases;
  for (const BrokenKernel& b : broken_kernels()) {
    if (passes(b) || b.needs_history || (b.needs_memory_limit && sanitized)) continue;
    for (const Op op : b.ops) {
      const std::optional<Found> found = first_failure(b, op);
      cases.push_back(found ? found->cases : JudgeOptions{}.cases);
    }
  }
  std::sort(cases.begin(), cases.end());
  ASSERT_FALSE(cases.empty());
  const Idx median = cases[cases.size() / 2];
  fmt::print("{} pairs of kernel and operation; cases until the first failure: median {}, most {}\n", cases.size(),
             median, cases.back());
  EXPECT_LE(median, 200);
}

/// The judge must not only find a mistake that somebody made, but also name it.
TEST(BrokenKernels, known_mistakes_that_return_wrong_values_have_a_diagnosis) {
  for (const BrokenKernel& b : broken_kernels()) {
    const bool returns = b.kinds.size() == 1 && (b.kinds[0] == "wrong-value" || b.kinds[0] == "unwritten-output");
    if (*b.source != '\0' && returns && b.diagnosis != nullptr) {
      EXPECT_STRNE(b.diagnosis, "") << b.name;
    }
  }
}

TEST(BrokenKernels, have_names_of_their_own) {
  std::vector<std::string_view> names;
  for (const BrokenKernel& b : broken_kernels()) names.push_back(b.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(HealthyKernel, passes_on_every_operation) {
  const BrokenKernel unbroken{.name = "healthy", .kernel = healthy};
  for_each_function(healthy.f32, [&](Op op, auto function) {
    ASSERT_NE(function, nullptr);
    const JudgeOptions options = options_for(unbroken, op);
    const CaseList cases(options);
    for (Idx n = 0; n < scaled(60); ++n) {
      const CaseResult r = judge_case(healthy, cases.at(n), options.conditions);
      EXPECT_FALSE(r.failure) << describe_failure(unbroken.name, *r.failure);
    }
  });
}

}  // namespace
}  // namespace cnnspec::tests

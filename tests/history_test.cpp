// Failures that need the calls before: the judge finds the shortest history, and its lines show them again.
#include "checks/judge/history.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "checks/host/fork_host.hpp"
#include "checks/judge/case_text.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/seed.hpp"
#include "tests/size_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

class History : public testing::TestWithParam<BrokenKernel> {};

/// Each failure of a default run shows again: after its history, or alone if it has none. Only threads are a race.
TEST_P(History, of_each_failure_shows_it_again) {
  const BrokenKernel& b = GetParam();
  const bool is_race = std::string_view(b.name) == "threads share a workspace";
  ForkHost host(b.kernel);
  for (const Op op : b.ops)
    for (std::uint64_t seed = test_seed(); seed < test_seed() + number_of_seeds(); ++seed) {
      JudgeOptions options;
      options.operations = {{op, b.dtype}};
      options.seed = seed, options.failures_kept = 1;
      const KernelResult result = judge(b.kernel, options);
      ASSERT_FALSE(result.failures.empty()) << name_of(op) << ", seed " << seed;
      for (const Failure& f : result.failures) {
        const std::string text = describe_failure(b.name, f);
        if (!is_race) {
          EXPECT_NE(f.kind, FailureKind::nondeterministic) << text;
        }
        if (f.kind == FailureKind::nondeterministic) continue;
        ASSERT_NE(f.shrunk, nullptr) << text;
        for (const Failure* const shown : {&f, f.shrunk.get()}) {
          const CaseResult again = judge_after(host, shown->history, shown->failed, options.conditions);
          ASSERT_TRUE(again.failure) << text;
          EXPECT_EQ(again.failure->kind, shown->kind) << text;
          if (shown->history.empty()) continue;
          EXPECT_FALSE(judge_after(host, {}, shown->failed, options.conditions).failure) << text;
          EXPECT_LE(shown->history.size(), 10U) << text;
        }
      }
    }
}

std::string name_of_test(const testing::TestParamInfo<BrokenKernel>& test) {
  std::string name = test.param.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernel, History, testing::ValuesIn(history_kernels()), name_of_test);

TEST(CaseText, is_read_back_as_it_was) {
  for (const char* const text :
       {"relu_forward f32 512 seed 7", "conv2d_forward bf16 mb1ic1oc1_ih3oh3kh1 seed 1 data ones",
        "linear_forward f64 mb1ic1oc1 seed 18446744073709551615 data x[0]=1 w[0]=-2.5"})
    EXPECT_EQ(to_text(parse_case(text, {})), text);
  Case usual;
  usual.seed = 5, usual.data = "ones";
  EXPECT_EQ(to_text(parse_case("relu_forward  f32  512", usual)), "relu_forward f32 512 seed 5 data ones");
  EXPECT_TRUE(is_case_text("relu_forward f32"));
  EXPECT_FALSE(is_case_text("512"));
  EXPECT_FALSE(is_case_text("mb1ic1ih3oc1kh3"));
}

TEST(CaseText, that_is_wrong_is_refused) {
  const auto refusal = [](const char* text) -> std::string {
    try {
      parse_case(text, {});
    } catch (const UsageError& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_NE(refusal("relu f32 512").find("--case: expected one of conv2d_forward"), std::string::npos);
  EXPECT_NE(refusal("relu_forward f33 512").find("--case: expected"), std::string::npos);
  EXPECT_NE(refusal("relu_forward f32 mb1ic1"), "");
  EXPECT_NE(refusal("relu_forward f32 512 sed 1").find("seed N or data TEXT"), std::string::npos);
  EXPECT_NE(refusal("relu_forward f32 512 seed x").find("a number from 0"), std::string::npos);
  EXPECT_NE(refusal("relu_forward f32 512 seed").find("a number from 0"), std::string::npos);
  EXPECT_NE(refusal("relu_forward f32 512 data").find("a family of data"), std::string::npos);
}

}  // namespace
}  // namespace cnnspec::tests

// Kernels that only their size, their history or their heap shows, at several seeds: the default run convicts each of
// them. CNNSPEC_SEEDS=N: how many seeds, from the test's own on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <ostream>

#include "checks/judge/judge.hpp"
#include "tests/seed.hpp"
#include "tests/size_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

std::uint64_t seeds() {
  const char* const text = std::getenv("CNNSPEC_SEEDS");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

struct Conviction {
  Idx cases = 0;  // the failed one included; 0: not known
  FailureKind kind{};
};

JudgeOptions default_run(const BrokenKernel& b, Op op, std::uint64_t seed) {
  JudgeOptions options;
  options.operations = {{op, b.dtype}};
  options.seed = seed;
  options.failures_kept = 1;
  options.conditions.data.specials = b.specials;
  return options;
}

/// Up to the first conviction. What its mistake does not touch is known to pass, and left out.
std::optional<Conviction> convicted(const BrokenKernel& b, Op op, std::uint64_t seed) {
  const JudgeOptions options = default_run(b, op, seed);
  if (b.needs_history) {
    const KernelResult result = judge(b.kernel, options);
    if (result.failures.empty()) return {};
    return Conviction{0, result.failures.front().kind};
  }
  const CaseList cases(options);
  for (Idx n = 0; n < cases.size(); ++n) {
    const Case c = cases.at(n);
    if (b.shows != nullptr && !b.shows(c.problem)) continue;
    if (const CaseResult r = judge_case(b.kernel, c, options.conditions); r.failure)
      return Conviction{n + 1, r.failure->kind};
  }
  return {};
}

/// What gtest prints of its parameter is a name and not memory.
struct Named {
  BrokenKernel kernel;
  friend void PrintTo(const Named& n, std::ostream* out) { *out << n.kernel.name; }
};

class DefaultRun : public testing::TestWithParam<Named> {};

TEST_P(DefaultRun, convicts_at_every_seed) {
  const BrokenKernel& b = GetParam().kernel;
  for (const Op op : b.ops)
    for (std::uint64_t seed = test_seed(); seed < test_seed() + seeds(); ++seed) {
      const std::optional<Conviction> found = convicted(b, op, seed);
      ASSERT_TRUE(found) << name_of(op) << ", seed " << seed;
      EXPECT_NE(std::find(b.kinds.begin(), b.kinds.end(), name_of(found->kind)), b.kinds.end()) << name_of(found->kind);
      fmt::print("{} | {} | {} | seed {} | {} | {}\n", b.source, b.name, name_of(op), seed,
                 found->cases == 0 ? "the run" : fmt::format("case {}", found->cases), name_of(found->kind));
    }
}

std::vector<Named> all() {
  std::vector<Named> kernels;
  for (const std::vector<BrokenKernel>& some : {size_kernels(), history_kernels(), heap_kernels()})
    for (const BrokenKernel& b : some) kernels.push_back({b});
  kernels.push_back({broken_kernel("relu of NaN is zero")});
  return kernels;
}

INSTANTIATE_TEST_SUITE_P(Kernel, DefaultRun, testing::ValuesIn(all()), [](const auto& test) {
  std::string name = test.param.kernel.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

/// Each row of the list of known mistakes from 27 on is a kernel here.
TEST(SizeKernels, retell_every_published_mistake_of_their_kinds) {
  const std::vector<Named> kernels = all();
  for (const char* source :
       {"MNN PR 4869", "pytorch #129207", "neon #361", "openvino PR 16351", "oneDNN #1113", "llm.c PR 852",
        "opencv #21046", "composable_kernel PR 2478", "iree #23786", "oneDNN #4124", "MIOpen #1672", "tt-metal #15731",
        "tt-metal #14249", "onnxruntime #29637", "tensorflow #61482", "CUDAnative.jl #297", "vllm-xpu-kernels #454",
        "pytorch #7999", "cutlass #3538", "Halide PR 656", "llama.cpp PR 25671", "rten PR 81", "NNlib.jl #158",
        "pytorch #177116"})
    EXPECT_TRUE(std::any_of(kernels.begin(), kernels.end(), [&](const Named& n) {
      return std::string_view(n.kernel.source) == source;
    })) << source;
}

}  // namespace
}  // namespace cnnspec::tests

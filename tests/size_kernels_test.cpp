// Kernels whose mistake depends on size, history or heap, at several seeds: the default run convicts each of them.
#include "tests/size_kernels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <ostream>

#include "checks/judge/judge.hpp"
#include "checks/layers/problems.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

struct Conviction {
  Idx cases = 0;  // including the failed case; 0: not known
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

/// Judges until the first conviction. Cases that the mistake does not affect are known to pass, and are skipped.
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

/// Makes gtest print a name for its parameter, not bytes.
struct Named {
  BrokenKernel kernel;
  friend void PrintTo(const Named& n, std::ostream* out) { *out << n.kernel.name; }
};

class DefaultRun : public testing::TestWithParam<Named> {};

TEST_P(DefaultRun, convicts_at_every_seed) {
  const BrokenKernel& b = GetParam().kernel;
  for (const Op op : b.ops)
    for (std::uint64_t seed = test_seed(); seed < test_seed() + number_of_seeds(); ++seed) {
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

std::string name_of_test(const testing::TestParamInfo<Named>& test) {
  std::string name = test.param.kernel.name;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernel, DefaultRun, testing::ValuesIn(all()), name_of_test);

/// Whole runs on the published mistakes that a single call shows.
class WholeRun : public testing::TestWithParam<Named> {};

TEST_P(WholeRun, names_the_mistake_at_every_seed) {
  const BrokenKernel& b = GetParam().kernel;
  for (const Op op : b.ops)
    for (std::uint64_t seed = test_seed(); seed < test_seed() + number_of_seeds(); ++seed) {
      JudgeOptions options = default_run(b, op, seed);
      options.failures_kept = JudgeOptions{}.failures_kept;
      const KernelResult result = judge(b.kernel, options);
      ASSERT_FALSE(result.failures.empty()) << name_of(op) << ", seed " << seed;
      const Failure& f = result.failures.front();
      EXPECT_EQ(f.diagnoses.empty() ? "" : f.diagnoses.front().name, b.diagnosis) << name_of(op) << ", seed " << seed;
    }
}

std::vector<Named> with_diagnosis() {
  std::vector<Named> kernels;
  for (const BrokenKernel& b : size_kernels())
    if (b.diagnosis != nullptr) kernels.push_back({b});
  return kernels;
}

INSTANTIATE_TEST_SUITE_P(Kernel, WholeRun, testing::ValuesIn(with_diagnosis()), name_of_test);

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

// ---- The kernels themselves: each is wrong where it claims, independently of the judge's cases ----

TEST(SizeKernels, are_convicted_on_a_problem_of_their_size) {
  struct Shown {
    const char *kernel, *descriptor;
  };
  const Shown all_shown[] = {
      {"a short vector of 16 channels overwrites the lanes it does not use", "mb1ic17ih1oc1oh1kh1"},
      {"a short vector of 8 channels overwrites the lanes it does not use", "mb1ic9ih1oc1oh1kh1"},
      {"a short vector of 64 channels overwrites the lanes it does not use", "mb1ic65ih1oc1oh1kh1"},
      {"output channels beyond 65,536 are zero", "mb1ic1ih1oc65537oh1kh1"},
      {"output channels beyond 32,768 are zero", "mb1ic1ih1oc32769oh1kh1"},
      {"images after the last block of 32 are zero", "mb34ic1ih1oc1oh1kh1"},
      {"images after the last block of 16 are zero", "mb17ic1ih1oc1oh1kh1"},
      {"output channels after the last block of 32 are zero", "mb1ic1ih1oc33oh1kh1"},
      {"a short vector of 8 outputs of a row repeats the one before", "mb1ic1ih1oc1oh1kh1_iw9ow9kw1"},
      {"kernel flipped from 16 output channels on", "mb1ic1ih3oc16oh1kh3"},
      {"kernel flipped from 128 output channels on", "mb1ic1ih3oc128oh1kh3"},
      {"1x1 dw of even channels without the last", "mb1ic2ih2oc1oh2kh1"},
      {"stride ignored in dw of groups that are not depthwise", "g2mb1ic4ih5oc4oh2kh3sh2"},
      {"padding on top ignored in dw of 8 depthwise channels with stride", "g8mb1ic8ih5oc8oh3kh3sh2ph1"},
      {"padding on top ignored in dw of 16 depthwise channels with stride", "g16mb1ic16ih5oc16oh3kh3sh2ph1"},
      {"pixels of a 1x1 dx after the last block of 64 are zero", "mb1ic1ih5oc1oh5kh1_iw13ow13kw1"},
      {"pixels of a 1x1 dx after the last block of 16 are zero", "mb1ic1ih17oc1oh17kh1_iw1ow1kw1"},
      {"db of the last block of 32 pixels alone", "mb1ic1ih33oc1oh33kh1_iw1ow1kw1"},
      {"channels of pooling after the last block of 32 are zero", "mb1ic33ih1oh1kh1"},
      {"channels of pooling after the last block of 64 are zero", "mb1ic65ih1oh1kh1"},
      {"no gradient for channels of pooling after the last block of 16", "mb1ic17ih1oh1kh1"},
      {"maximum of the last block of 16 cells alone", "mb1ic1ih5oh1kh5"},
      {"maximum of the last block of 64 cells alone", "mb1ic1ih9oh1kh9"},
      {"a dilated window that begins in the padding is moved by it", "mb1ic1ih5oh3kh3dh1ph1"},
      {"of 513 to 1,023 elements, only 256 are written", "768"},
      {"of 513 to 1,023 gradients, only 256 are written", "768"},
      {"of 129 to 255 elements, only 64 are written", "192"},
      {"elements after the last vector of 16 are copied", "31"},
      {"sum of the last block of 256 features alone", "mb1ic257oc1"},
      {"sum of the first block of 256 features alone", "mb1ic257oc1"},
      {"sum of the last block of 64 features alone", "mb1ic65oc1"},
      {"features left over begin at the number of vectors of 8", "mb1ic17oc1"},
      {"features left over begin at the number of vectors of 32", "mb1ic65oc1"},
      {"rows of 128 features and more that are not aligned are shifted", "mb1ic129oc2"},
      {"rows of 64 features and more that are not aligned are shifted", "mb1ic65oc2"},
      {"output times zero added in partial tiles of 4", "mb1ic1oc5"},
      {"output times zero added in partial tiles of 32", "mb1ic1oc33"},
      {"dx without the features of dy after the last block of 16", "mb1ic1oc17"},
      {"dw without the images after the last block of 8", "mb9ic1oc1"},
  };
  EXPECT_EQ(std::size(all_shown), size_kernels().size());
  for (const Shown& s : all_shown) {
    const BrokenKernel& b = broken_kernel(s.kernel);
    const Problem problem = parse_descriptor(layer_id(b.ops[0]), s.descriptor);
    EXPECT_TRUE(b.shows == nullptr || b.shows(problem)) << b.name;
    const CaseResult r = judge_case(b.kernel, {b.ops[0], b.dtype, problem, test_seed()});
    ASSERT_TRUE(r.failure) << b.name;
    EXPECT_NE(std::find(b.kinds.begin(), b.kinds.end(), name_of(r.failure->kind)), b.kinds.end()) << b.name;
  }
}

/// Whether dw of ones is right: each element must equal the batch size.
bool dw_is_right(const BrokenKernel& b, const cnnspec_linear& p) {
  const std::vector<float> x(static_cast<std::size_t>(p.batch * p.in_features), 1.0f);
  const std::vector<float> dy(static_cast<std::size_t>(p.batch * p.out_features), 1.0f);
  std::vector<float> dw(static_cast<std::size_t>(p.in_features * p.out_features));
  b.kernel.f32.linear_backward_weight(&p, x.data(), dy.data(), dw.data());
  return std::all_of(dw.begin(), dw.end(), [&](float v) { return v == static_cast<float>(p.batch); });
}

TEST(HistoryKernels, reduce_a_large_dw_wrongly_after_a_call_with_another_batch) {
  const BrokenKernel& b = broken_kernel("large dw reduced over the batch of the call before");
  EXPECT_TRUE(dw_is_right(b, {2, 32'769, 1}));
  EXPECT_TRUE(dw_is_right(b, {2, 32'769, 1}));
  EXPECT_TRUE(dw_is_right(b, {1, 3, 1}));
  EXPECT_FALSE(dw_is_right(b, {2, 32'769, 1}));
}

TEST(HistoryKernels, take_the_weights_of_the_call_before) {
  const BrokenKernel& b = broken_kernel("weights of the call before with the same place and shape");
  const auto forward = b.kernel.f32.conv2d_forward;
  const cnnspec_conv2d p{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
  const float x = 1;
  float w = 2, y = 0;
  forward(&p, &x, &w, nullptr, &y);
  EXPECT_EQ(y, 2);
  w = 3;
  forward(&p, &x, &w, nullptr, &y);
  EXPECT_EQ(y, 2);
}

#ifdef M_PERTURB
TEST(HeapKernels, are_wrong_where_memory_is_not_zero) {
  if (sanitized) GTEST_SKIP() << "a sanitizer has memory of its own";
  // Memory is filled with the complement of this byte: 0x4b4b4b4b is 13 million, which no small sum absorbs.
  mallopt(M_PERTURB, 0xff ^ 0x4b);
  std::vector<std::string> right;
  for (const char* name :
       {"sums begin with what 2 KB of the heap hold", "sums begin with what 1 MB of the heap holds",
        "first sums begin with what 2 KB of the heap hold", "first sums begin with what 1 MB of the heap holds"})
    if (dw_is_right(broken_kernel(name), {1, 2, 2})) right.push_back(name);
  mallopt(M_PERTURB, 0);
  EXPECT_EQ(right, std::vector<std::string>{});
}
#endif

}  // namespace
}  // namespace cnnspec::tests

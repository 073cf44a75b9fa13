// Whole runs of the judge: the result does not depend on the number of processor cores, a run ends in time, and reports
// on kernels with other claims, other storage types and other data.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/layers/problems.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using tests::healthy;

JudgeOptions options_for(const Kernel& kernel, const std::vector<Op>& ops, const std::vector<DType>& dtypes,
                         Idx cases) {
  JudgeOptions options;
  options.operations = operations_to_judge(kernel, ops, dtypes);
  options.seed = tests::test_seed();
  options.cases = cases;
  return options;
}

/// The result without the values that differ between runs.
std::string timeless(const KernelResult& result) {
  std::string text = to_json(result), rest;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    const std::string line = text.substr(begin, end - begin);
    if (line.find("\"seconds\":") == std::string::npos) rest += line;
    begin = end;
  }
  return rest;
}

const OperationResult& row_of(const KernelResult& r, Op op) {
  return *std::find_if(r.operations.begin(), r.operations.end(), [&](const auto& o) { return o.op == op; });
}

// ---- Any number of cores ----

void expect_same_on_all_cores(const Kernel& kernel, JudgeOptions options) {
  const std::string alone = timeless(judge(kernel, options));
  for (const int jobs : {2, 5}) {
    options.jobs = jobs;
    EXPECT_EQ(timeless(judge(kernel, options)), alone) << jobs;
  }
}

TEST(JudgeRun, of_a_right_kernel_is_the_same_on_any_number_of_cores) {
  if (sanitized) GTEST_SKIP() << "with sanitizers there is one thread";
  expect_same_on_all_cores(healthy, options_for(healthy, {}, {DType::f32, DType::f16}, tests::scaled(20)));
}

TEST(JudgeRun, of_a_wrong_kernel_is_the_same_on_any_number_of_cores) {
  if (sanitized) GTEST_SKIP() << "with sanitizers there is one thread";
  Kernel kernel = healthy;
  kernel.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    healthy.f32.linear_forward(p, x, w, b, y);
    if (p->batch > 1) y[0] = 1;
    return CNNSPEC_DONE;
  };
  const auto options =
      options_for(kernel, {Op::linear_forward, Op::linear_backward_bias}, {DType::f32}, tests::scaled(120));
  expect_same_on_all_cores(kernel, options);
  EXPECT_EQ(judge(kernel, options).verdict(), Verdict::fail);
}

// ---- Given problems ----

/// The processes that called a kernel, in shared memory.
struct Processes {
  std::atomic<int> count;
  std::array<std::atomic<int>, 4096> calls;  // of each process

  static Processes& shared() {
    static void* const memory =
        mmap(nullptr, sizeof(Processes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    static auto* const all = new (memory) Processes{};
    return *all;
  }
};

/// A right kernel; but each of its calls leaks memory, and it records the process of the call.
Kernel leaking() {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    static const int number = Processes::shared().count++;
    ++Processes::shared().calls[static_cast<std::size_t>(number)];
    constexpr std::size_t bytes = std::size_t{1} << 20;
    void* const taken = std::malloc(bytes);
    if (taken == nullptr) return 2;
    std::memset(taken, 1, bytes);
    return healthy.f32.relu_forward(p, x, y);
  };
  return kernel;
}

JudgeOptions given(const Kernel& kernel, Op op, const std::vector<Problem>& problems) {
  JudgeOptions options = options_for(kernel, {op}, {DType::f32}, 0);
  options.problems = problems;
  return options;
}

TEST(JudgeRun, makes_the_calls_of_given_problems_in_few_processes_none_of_which_a_leak_can_fill) {
  constexpr int cases = 600;
  std::vector<Problem> problems;
  for (int n = 1; n <= cases; ++n) problems.push_back(cnnspec_elementwise{n});
  Processes::shared().count = 0;
  const KernelResult r = judge(leaking(), given(leaking(), Op::relu_forward, problems));
  EXPECT_EQ(r.verdict(), Verdict::pass);
  EXPECT_EQ(r.cases(), cases);
  EXPECT_GE(Processes::shared().count, 2);  // in a single process, they would have taken 2.4 GiB
  EXPECT_LE(Processes::shared().count, 6);
}

TEST(JudgeRun, makes_the_calls_of_a_large_given_problem_in_a_process_of_its_own) {
  const Problem large = cnnspec_elementwise{1 << 20};
  Processes::shared().count = 0;
  for (auto& calls : Processes::shared().calls) calls = 0;
  const Problem small = cnnspec_elementwise{5};
  const auto options = given(leaking(), Op::relu_forward, {small, large, large, small});
  EXPECT_EQ(judge(leaking(), options).verdict(), Verdict::pass);
  EXPECT_EQ(Processes::shared().count, 4);
}

TEST(JudgeRun, of_given_problems_is_the_same_on_any_number_of_cores_also_where_calls_depend_on_earlier_ones) {
  if (sanitized) GTEST_SKIP() << "with sanitizers there is one thread";
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    static int calls = 0;
    healthy.f32.relu_forward(p, x, y);
    if (++calls == 150) y[0] += 1;
    return CNNSPEC_DONE;
  };
  std::vector<Problem> problems;
  for (int n = 1; n <= 400; ++n) problems.push_back(cnnspec_elementwise{n % 37 + 1});
  const auto options = given(kernel, Op::relu_forward, problems);
  expect_same_on_all_cores(kernel, options);
  EXPECT_EQ(judge(kernel, options).verdict(), Verdict::fail);
}

Kernel hanging() {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise*, const float*, float*) {
    for (;;) pause();
    return CNNSPEC_DONE;
  };
  return kernel;
}

TEST(JudgeRun, gives_up_what_hangs_and_judges_the_rest) {
  const Kernel kernel = hanging();
  auto options = options_for(kernel, {Op::relu_forward, Op::relu_backward}, {DType::f32}, 100);
  options.conditions.isolation.seconds_per_call = 0.3;
  options.jobs = 2;
  options.failures_kept = 1;
  const KernelResult r = judge(kernel, options);
  const OperationResult &hung = row_of(r, Op::relu_forward), &right = row_of(r, Op::relu_backward);
  EXPECT_EQ(hung.given_up, options.most_hung);
  EXPECT_EQ(hung.cases, options.most_hung);
  EXPECT_EQ(hung.hung, options.most_hung);
  EXPECT_EQ(right.cases, 100);
  EXPECT_EQ(right.failed, 0);
  ASSERT_EQ(r.failures.size(), 1u);
  EXPECT_EQ(r.failures[0].kind, FailureKind::hang);
  std::string said;
  for (const std::string& line : describe_operations(r)) said += line + "\n";
  EXPECT_NE(said.find("relu_forward f32: given up after 2 cases"), std::string::npos) << said;
}

// ---- An end in time ----

TEST(JudgeRun, that_is_interrupted_says_how_far_it_came) {
  std::atomic<bool> interrupted = false;
  auto options = options_for(healthy, {Op::relu_forward}, {DType::f32}, 1'000'000);
  options.interrupted = &interrupted;
  const KernelResult r = judge(healthy, options, [&](Idx) { interrupted = true; });
  EXPECT_TRUE(r.interrupted);
  EXPECT_FALSE(r.stopped_on_time);
  EXPECT_GT(r.handled, 0);
  EXPECT_EQ(r.handled, r.cases());
  EXPECT_LT(r.handled, options.cases);
  EXPECT_EQ(r.verdict(), Verdict::pass);
  EXPECT_NE(describe_coverage(r, options.cases).find("interrupted after"), std::string::npos);
}

TEST(JudgeRun, stops_on_time) {
  auto options = options_for(healthy, {Op::linear_backward_bias}, {DType::f32}, 1'000'000'000);
  options.seconds = 0.1;
  options.jobs = 2;
  const KernelResult r = judge(healthy, options);
  EXPECT_TRUE(r.stopped_on_time);
  EXPECT_FALSE(r.interrupted);
  const std::string so_many = "time is up after " + thousands(r.handled);
  EXPECT_EQ(describe_coverage(r, options.cases).find(so_many + " of 1,000,000,000 cases;"), 0);
  EXPECT_EQ(describe_coverage(r, {}).find(so_many + " cases;"), 0) << "none were asked for";
}

TEST(JudgeRun, that_came_to_its_end_says_nothing_of_it) {
  const auto options = options_for(healthy, {Op::linear_backward_bias}, {DType::f32}, 60);
  const KernelResult r = judge(healthy, options);
  EXPECT_EQ(r.handled, 60);
  EXPECT_FALSE(r.interrupted || r.stopped_on_time);
  EXPECT_EQ(describe_coverage(r, 60), "");
}

// ---- The sizes of the cases ----

Idx sizes_missed(const OperationResult& row) {
  Idx count = 0;
  for (const auto& missed : row.sizes.missed()) count += static_cast<Idx>(missed.values.size());
  return count;
}

TEST(JudgeRun, of_few_cases_says_which_sizes_it_missed) {
  const auto options = options_for(healthy, {Op::linear_forward, Op::conv2d_forward}, {DType::f32}, 20);
  const KernelResult r = judge(healthy, options);
  ASSERT_EQ(r.operations.size(), 2u);
  const std::string said = describe_missed_sizes(r);
  for (const OperationResult& row : r.operations) {
    ASSERT_GT(sizes_missed(row), 0);
    const std::size_t all = sized_axes(row.op).size() * size_boundaries.size();
    const std::string count =
        std::to_string(sizes_missed(row)) + " of " + std::to_string(all) + " of " + name_of(row.op) + " f32 (";
    EXPECT_NE(said.find(count), std::string::npos) << said;
  }
  EXPECT_EQ(said.find("sizes not met: "), 0u) << said;
  EXPECT_NE(said.find(", ...)"), std::string::npos) << said;
  EXPECT_NE(said.find("; the default of 500 cases asks for all"), std::string::npos) << said;
  EXPECT_EQ(said.find('\n'), std::string::npos);
}

TEST(JudgeRun, of_the_usual_length_misses_no_size_and_says_nothing) {
  const auto options = options_for(healthy, {Op::relu_forward}, {DType::f32}, JudgeOptions{}.cases);
  const KernelResult r = judge(healthy, options);
  EXPECT_EQ(sizes_missed(row_of(r, Op::relu_forward)), 0);
  EXPECT_EQ(describe_missed_sizes(r), "");
}

TEST(JudgeRun, has_all_sizes_on_all_axes_in_the_usual_number_of_cases_at_any_seed) {
  for (const std::uint64_t seed : {tests::test_seed(), std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3},
                                   std::uint64_t{4}, std::uint64_t{5}, std::uint64_t{6}}) {
    JudgeOptions options;
    std::vector<OperationResult> rows;
    for (std::size_t n = 0; n < all_ops().size(); ++n) {
      options.operations.push_back({static_cast<Op>(n), DType::f32});
      rows.emplace_back(static_cast<Op>(n), DType::f32);
    }
    options.seed = seed;
    const CaseList cases(options);
    for (Idx n = 0; n < cases.size(); ++n)
      rows[static_cast<std::size_t>(n) % rows.size()].sizes.add(cases.at(n).problem);
    for (const OperationResult& row : rows) EXPECT_EQ(sizes_missed(row), 0) << name_of(row.op) << " seed " << seed;
  }
}

TEST(JudgeRun, of_given_problems_was_asked_for_no_size) {
  auto options = options_for(healthy, {Op::relu_forward}, {DType::f32}, 1);
  options.problems = {parse_descriptor(LayerId::relu, "17")};
  const KernelResult r = judge(healthy, options);
  EXPECT_GT(sizes_missed(row_of(r, Op::relu_forward)), 0);
  EXPECT_EQ(describe_missed_sizes(r), "");
}

TEST(JudgeRun, names_a_single_size_that_it_missed_and_joins_rows_that_missed_the_same) {
  KernelResult r;
  for (const DType dtype : {DType::f32, DType::f64}) {
    OperationResult row(Op::relu_forward, dtype);
    for (const Idx size : size_boundaries)
      if (size != 65) row.sizes.add(cnnspec_elementwise{size});
    row.cases = 1000, row.unsupported = 3;
    r.operations.push_back(row);
  }
  const std::string two = "sizes not met: 1 of 17 of relu_forward f32, f64 (elements 65)";
  EXPECT_EQ(describe_missed_sizes(r), two + "; what the kernel declined is not met");
  r.operations[0].sizes.add(cnnspec_elementwise{65});
  r.operations[0].unsupported = r.operations[1].unsupported = 0;
  EXPECT_EQ(describe_missed_sizes(r), "sizes not met: 1 of 17 of relu_forward f64 (elements 65)");
  r.operations[1].unsupported = r.operations[1].cases;
  EXPECT_EQ(describe_missed_sizes(r), "") << "the row says that nothing is supported";
}

// ---- Nondeterministic kernels ----

TEST(JudgeRun, finds_what_depends_on_earlier_calls) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    static int calls = 0;
    healthy.f32.relu_forward(p, x, y);
    if (++calls % 10 == 0) y[0] += 1;
    return CNNSPEC_DONE;
  };
  const KernelResult r = judge(kernel, options_for(kernel, {Op::relu_forward}, {DType::f32}, 50));
  ASSERT_FALSE(r.failures.empty());
  const std::string text = describe_failure("", r.failures[0]);
  EXPECT_EQ(r.failures[0].kind, FailureKind::wrong_value) << text;
  EXPECT_FALSE(r.failures[0].history.empty()) << text;
  ASSERT_NE(r.failures[0].shrunk, nullptr);
  EXPECT_EQ(r.failures[0].shrunk->history.size(), 2U) << "four calls of each make the tenth one\n" << text;
}

TEST(JudgeRun, tells_chance_from_a_history) {
  static auto* const calls =
      new (mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          std::atomic<int>(0);
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    healthy.f32.relu_forward(p, x, y);
    if (++*calls % 7 == 0) y[0] += 1;  // in whatever process
    return CNNSPEC_DONE;
  };
  const KernelResult r = judge(kernel, options_for(kernel, {Op::relu_forward}, {DType::f32}, 50));
  ASSERT_FALSE(r.failures.empty());
  EXPECT_EQ(r.failures[0].kind, FailureKind::nondeterministic) << describe_failure("", r.failures[0]);
  EXPECT_TRUE(r.failures[0].history.empty());
  EXPECT_GT(r.failures[0].repeat, 1);
  EXPECT_LT(r.failures[0].repeat, 20);
}

TEST(JudgeRun, finds_what_is_never_the_same) {
  static auto* const calls =
      new (mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          std::atomic<int>(0);
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise*, const float*, float* y) {
    y[0] = -1.0f - static_cast<float>(++*calls);
    return CNNSPEC_DONE;
  };
  const Case c{Op::relu_forward, DType::f32, cnnspec_elementwise{1}, 1};
  const CaseResult r = judge_case(kernel, c);
  ASSERT_TRUE(r.failure);
  EXPECT_EQ(r.failure->kind, FailureKind::nondeterministic);
}

// ---- Other claims ----

const Profile* behaves_like(const Kernel& kernel, Op op, DType dtype, const std::string& data = "") {
  auto options = options_for(kernel, {op}, {dtype}, tests::scaled(60));
  options.failures_kept = 1;
  options.data = data;
  const KernelResult r = judge(kernel, options);
  EXPECT_EQ(r.verdict(), Verdict::fail);
  EXPECT_TRUE(r.operations.front().conventions.empty());
  return r.operations.front().behaves_like;
}

void expect_profile(const Profile* p, const std::string& name) {
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->name, name);
}

TEST(JudgeProfile, says_which_claim_a_kernel_would_keep) {
  const Kernel tf32 = tests::broken_kernel("inputs rounded to TF32").kernel;
  const Kernel half = tests::broken_kernel("f16 accumulated in f16").kernel;
  expect_profile(behaves_like(half, Op::linear_backward_weight, DType::f16), "f16-acc");
  auto options = options_for(tf32, {Op::conv2d_forward}, {DType::f32}, tests::scaled(60));
  options.conditions.profile = find_profile("tf32");
  const KernelResult r = judge(tf32, options);
  EXPECT_EQ(r.verdict(), Verdict::pass);
  EXPECT_GE(r.sensitivity(), 0.9);
}

TEST(JudgeProfile, of_a_kernel_that_is_simply_wrong_is_none) {
  EXPECT_EQ(behaves_like(tests::broken_kernel("kernel flipped").kernel, Op::conv2d_forward, DType::f32), nullptr);
}

TEST(JudgeProfile, that_has_no_such_data_is_none) {
  Kernel kernel = healthy;
  kernel.f32.linear_forward = [](const cnnspec_linear*, const float*, const float*, const float*, float* y) {
    y[0] = 0;
    return CNNSPEC_DONE;
  };
  EXPECT_EQ(behaves_like(kernel, Op::linear_forward, DType::f32, "subnormals"), nullptr);
}

TEST(JudgeProfile, is_refused_for_a_storage_type_that_it_says_nothing_about) {
  Conditions conditions;
  conditions.profile = find_profile("tf32");
  EXPECT_THROW(judge_case(healthy, {Op::relu_forward, DType::bf16, cnnspec_elementwise{3}, 1}, conditions), UsageError);
}

TEST(JudgeRun, passes_16_bit_kernels_that_round_once) {
  for (const char* profile : {"", "ieee"}) {
    auto options = options_for(healthy, {}, {DType::f16, DType::bf16}, tests::scaled(20));
    ASSERT_EQ(options.operations.size(), 2 * all_ops().size());
    options.conditions.profile = find_profile(profile);
    const KernelResult r = judge(healthy, options);
    for (const Failure& f : r.failures) ADD_FAILURE() << describe_failure("", f, options.conditions);
  }
}

// ---- Given data ----

TEST(JudgeRun, judges_one_family_of_data_only_or_given_numbers) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < p->count; ++n)
      y[n] = std::fabs(x[n]) < std::numeric_limits<float>::min() || x[n] <= 0 ? 0 : x[n];
    return CNNSPEC_DONE;
  };
  auto options = options_for(kernel, {Op::relu_forward}, {DType::f32}, tests::scaled(60));
  for (const char* data : {"ones", "near-overflow", "rounded"}) {
    options.data = data;
    EXPECT_EQ(judge(kernel, options).operations.at(0).failed, 0) << data;
  }
  options.data = "subnormals";
  const KernelResult flushed = judge(kernel, options);
  EXPECT_EQ(flushed.verdict(), Verdict::differs);
  EXPECT_EQ(flushed.operations.at(0).conventions.names(), "ftz");
  EXPECT_EQ(flushed.failures.at(0).data, "subnormals");
  options.problems = {cnnspec_elementwise{3}};
  options.data = "x[1]=1 x[2]=2.802596928649634e-45";  // twice the smallest
  const KernelResult given = judge(kernel, options);
  ASSERT_EQ(given.failures.size(), 1u);
  EXPECT_EQ(given.failures[0].first_index, std::vector<Idx>{2});
  EXPECT_EQ(judge(healthy, options).operations.at(0).failed, 0);
}

}  // namespace
}  // namespace cnnspec::checks

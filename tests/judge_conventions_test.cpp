// The verdict `differs`: kernels that follow a convention in all cases, or only in some, or that also make a mistake.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "checks/judge/judge.hpp"
#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/layers/problems.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/seed.hpp"

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

namespace cnnspec::checks {
namespace {

using tests::broken_kernel, tests::healthy;

KernelResult judged(const Kernel& kernel, const std::vector<Op>& ops, const std::string& accepted = "",
                    bool specials = false, int cases = 60) {
  JudgeOptions options;
  options.operations = operations_to_judge(kernel, ops, {DType::f32});
  options.seed = tests::test_seed();
  options.cases = tests::scaled(cases);
  options.failures_kept = 2;
  options.conditions.data.specials = specials;
  if (!accepted.empty()) options.conditions.accepted = ConventionSet::named(accepted, "--accept");
  return judge(kernel, options);
}

/// The kernel differs in all rows, follows these conventions, and passes if they are accepted.
void expect_differs(const Kernel& kernel, const std::vector<Op>& ops, const std::string& names, bool specials = false) {
  const KernelResult differs = judged(kernel, ops, "", specials);
  EXPECT_EQ(differs.verdict(), Verdict::differs) << describe_failures(differs);
  for (const OperationResult& row : differs.operations) {
    EXPECT_EQ(row.conventions.names(), names) << name_of(row.op);
    EXPECT_EQ(row.unexplained, 0);
    EXPECT_EQ(row.behaves_like, nullptr) << name_of(row.op);
  }
  const KernelResult accepted = judged(kernel, ops, names, specials);
  EXPECT_EQ(accepted.verdict(), Verdict::pass) << names << describe_failures(accepted);
  EXPECT_TRUE(accepted.failures.empty());
}

/// The kernel fails under every set of conventions, however many are accepted.
void expect_fails(const Kernel& kernel, const std::vector<Op>& ops, bool specials = false) {
  std::string all;
  for (const Convention& c : conventions()) all += (all.empty() ? "" : ",") + std::string(c.name);
  const KernelResult r = judged(kernel, ops, all, specials);
  EXPECT_EQ(r.verdict(), Verdict::fail);
  for (const OperationResult& row : r.operations) EXPECT_EQ(row.verdict(0), Verdict::fail) << name_of(row.op);
}

// ---- Conventions of selections ----

TEST(JudgeConventions, of_ties) {
  const std::vector<Op> op{Op::max_pool2d_backward};
  expect_differs(broken_kernel("every tied maximum gets the gradient").kernel, op, "ties-all");
  expect_differs(broken_kernel("the last of tied cells wins").kernel, op, "ties-last");
  expect_fails(broken_kernel("tied cells are compared column by column").kernel, op);
}

/// dx of a naive kernel in which tied maxima share the gradient: in all windows, or only in those of the first channel.
template <bool of_all>
int shared(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  std::fill(dx, dx + p->batch * p->channels * p->in_height * p->in_width, 0.0f);
  for (Idx plane = 0, n = 0; plane < p->batch * p->channels; ++plane)
    for (Idx i = 0; i < p->out_height; ++i)
      for (Idx j = 0; j < p->out_width; ++j, ++n) {
        std::vector<Idx> tied;
        for (Idx r = 0; r < p->kernel_height; ++r)
          for (Idx c = 0; c < p->kernel_width; ++c) {
            const Idx h = i * p->stride_height + r * p->dilation_height - p->pad_top;
            const Idx w = j * p->stride_width + c * p->dilation_width - p->pad_left;
            if (h < 0 || w < 0 || h >= p->in_height || w >= p->in_width) continue;
            const Idx place = (plane * p->in_height + h) * p->in_width + w;
            if (!tied.empty() && x[tied[0]] < x[place]) tied.clear();
            if (tied.empty() || x[tied[0]] == x[place]) tied.push_back(place);
          }
        if (!of_all && plane > 0) tied.resize(1);
        for (const Idx place : tied) dx[place] += dy[n] / static_cast<float>(tied.size());
      }
  return CNNSPEC_DONE;
}

TEST(JudgeConventions, of_shared_ties_hold_in_all_windows_or_not_at_all) {
  Kernel kernel = healthy;
  kernel.f32.max_pool2d_backward = shared<true>;
  expect_differs(kernel, {Op::max_pool2d_backward}, "ties-shared");
  kernel.f32.max_pool2d_backward = shared<false>;
  expect_fails(kernel, {Op::max_pool2d_backward});
}

TEST(JudgeConventions, that_a_kernel_follows_only_in_some_cases_are_no_excuse) {
  Kernel kernel = healthy;
  kernel.f32.max_pool2d_backward = [](const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
    return p->batch == 1 ? shared<true>(p, x, dy, dx) : healthy.f32.max_pool2d_backward(p, x, dy, dx);
  };
  const KernelResult r = judged(kernel, {Op::max_pool2d_backward}, "ties-shared");
  EXPECT_EQ(r.verdict(), Verdict::fail);
  const OperationResult& row = r.operations.front();
  EXPECT_EQ(row.nearest.names(), "ties-shared");
  EXPECT_EQ(row.nearest_explains, row.failed);
}

TEST(JudgeConventions, of_nan_and_of_empty_windows) {
  for (const Op op : {Op::max_pool2d_forward, Op::max_pool2d_backward})
    expect_differs(broken_kernel("NaN wins only as the first cell").kernel, {op}, "nan-first", true);
  expect_differs(broken_kernel("maximum starts at the lowest finite number").kernel, {Op::max_pool2d_forward},
                 "lowest-for-empty", true);
  expect_differs(broken_kernel("no gradient for a window of minus infinity").kernel, {Op::max_pool2d_backward},
                 "lowest-for-empty", true);
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < p->count; ++n) y[n] = x[n] > 0 ? x[n] : 0;
    return CNNSPEC_DONE;
  };
  expect_differs(kernel, {Op::relu_forward}, "nan-to-zero", true);
  expect_fails(broken_kernel("maximum starts at zero").kernel, {Op::max_pool2d_forward}, true);
}

TEST(JudgeConventions, of_relu_at_zero) {
  expect_differs(broken_kernel("derivative of relu at zero is 1").kernel, {Op::relu_backward}, "relu-grad-one");
  Kernel kernel = healthy;
  kernel.f32.relu_backward = [](const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
    for (Idx n = 0; n < p->count; ++n) dx[n] = x[n] > 0 ? dy[n] : x[n] < 0 ? 0 : x[n] == 0 ? dy[n] / 2 : dy[n];
    return CNNSPEC_DONE;
  };
  expect_differs(kernel, {Op::relu_backward}, "relu-grad-half");
  expect_fails(broken_kernel("relu masks by dy").kernel, {Op::relu_backward});
}

// ---- Conventions of products ----

TEST(JudgeConventions, of_factors) {
  const std::vector<Op> ops{Op::conv2d_forward, Op::linear_backward_weight};
  expect_differs(broken_kernel("inputs rounded to TF32").kernel, ops, "tf32");
  expect_differs(broken_kernel("inputs rounded to bf16").kernel, ops, "bf16");
  EXPECT_EQ(judged(broken_kernel("inputs rounded to bf16").kernel, ops, "tf32").verdict(), Verdict::differs);
  expect_fails(broken_kernel("accumulated in f16 from the bias on").kernel, {Op::conv2d_forward});
}

TEST(JudgeConventions, of_padding_that_is_multiplied) {
  for (const Op op : {Op::conv2d_forward, Op::conv2d_backward_kernel})
    expect_differs(find_kernel("im2col"), {op}, "padded-taps-multiplied", true);
}

// ---- Flush to zero, as on processors ----

#ifdef __SSE2__

/// Calls a function while the processor flushes subnormal results (FTZ) and operands (DAZ).
int flushed(auto call) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  const int status = call();
  _mm_setcsr(before);
  return status;
}

/// All operations of f32. `wrong`: the first element of a filter's gradient is off by 1.
template <bool wrong>
Kernel flushing_kernel() {
  Kernel k;
  k.name = "flushing";
  k.f32.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    return flushed([&] { return healthy.f32.conv2d_forward(p, x, w, b, y); });
  };
  k.f32.conv2d_backward_input = [](const cnnspec_conv2d* p, const float* w, const float* dy, float* dx) {
    return flushed([&] { return healthy.f32.conv2d_backward_input(p, w, dy, dx); });
  };
  k.f32.conv2d_backward_kernel = [](const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
    return flushed([&] {
      const int status = healthy.f32.conv2d_backward_kernel(p, x, dy, dw);
      if (wrong && p->kernel_width == 3) dw[0] += 1;
      return status;
    });
  };
  k.f32.conv2d_backward_bias = [](const cnnspec_conv2d* p, const float* dy, float* db) {
    return flushed([&] { return healthy.f32.conv2d_backward_bias(p, dy, db); });
  };
  k.f32.max_pool2d_forward = [](const cnnspec_pool2d* p, const float* x, float* y) {
    return flushed([&] { return healthy.f32.max_pool2d_forward(p, x, y); });
  };
  k.f32.max_pool2d_backward = [](const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
    return flushed([&] { return healthy.f32.max_pool2d_backward(p, x, dy, dx); });
  };
  k.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    return flushed([&] { return healthy.f32.relu_forward(p, x, y); });
  };
  k.f32.relu_backward = [](const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
    return flushed([&] { return healthy.f32.relu_backward(p, x, dy, dx); });
  };
  k.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    return flushed([&] { return healthy.f32.linear_forward(p, x, w, b, y); });
  };
  k.f32.linear_backward_weight = [](const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
    return flushed([&] { return healthy.f32.linear_backward_weight(p, x, dy, dw); });
  };
  return k;
}

TEST(JudgeConventions, of_processors_that_flush_explain_every_operation) {
  const Kernel kernel = flushing_kernel<false>();
  const KernelResult r = judged(kernel, {});
  for (const OperationResult& row : r.operations)
    EXPECT_TRUE(row.failed == 0 || row.conventions.names() == "ftz") << name_of(row.op) << describe_failures(r, &row);
  EXPECT_EQ(r.verdict(), Verdict::differs);
  EXPECT_EQ(judged(kernel, {}, "ftz").verdict(), Verdict::pass);
}

TEST(JudgeConventions, do_not_hide_a_mistake_beside_them) {
  const std::vector<Op> ops{Op::conv2d_backward_kernel, Op::relu_forward};
  const KernelResult r = judged(flushing_kernel<true>(), ops, "ftz", false, 300);
  EXPECT_EQ(r.verdict(), Verdict::fail);
  ASSERT_FALSE(r.failures.empty());
  EXPECT_EQ(r.failures.front().failed.op, Op::conv2d_backward_kernel);
  EXPECT_TRUE(r.failures.front().fits.empty()) << "what no convention explains stands first";
  EXPECT_TRUE(r.failures.front().shrunk->fits.empty());
  const OperationResult &wrong = r.operations.front(), &right = r.operations.back();
  EXPECT_EQ(wrong.verdict(0), Verdict::fail);
  EXPECT_GT(wrong.unexplained, 0);
  EXPECT_EQ(right.verdict(0.9), Verdict::pass);
}

#endif

// ---- Weaker claims, stated in advance ----

TEST(JudgeProfiles, pass_kernels_that_keep_them_and_no_coarser_ones) {
  struct Claimed {
    const char *kernel, *profile;
    Op op;
    bool is_kept;
  };
  const Claimed all[] = {{"accumulated in f16 from the bias on", "f16-acc", Op::conv2d_forward, true},
                         {"accumulated in f16 from the bias on", "f16-acc", Op::linear_forward, true},
                         {"db accumulated in f16", "f16-acc", Op::conv2d_backward_bias, true},
                         {"db accumulated in f16", "tf32", Op::conv2d_backward_bias, false},
                         {"db accumulated in f16", "bf16", Op::linear_backward_bias, false},
                         {"inputs rounded to TF32", "tf32", Op::conv2d_forward, true},
                         {"inputs rounded to bf16", "bf16", Op::linear_backward_input, true},
                         {"inputs rounded to bf16", "tf32", Op::conv2d_forward, false}};
  for (const Claimed& c : all) {
    JudgeOptions options;
    options.operations = {{c.op, DType::f32}};
    options.seed = tests::test_seed();
    options.cases = tests::scaled(60);
    options.failures_kept = 0;
    options.conditions.profile = find_profile(c.profile);
    const KernelResult r = judge(broken_kernel(c.kernel).kernel, options);
    EXPECT_EQ(r.operations.front().failed == 0, c.is_kept) << c.kernel << " " << c.profile;
  }
}

// ---- Texts ----

TEST(JudgeConventions, are_named_in_every_report) {
  const Kernel& kernel = broken_kernel("every tied maximum gets the gradient").kernel;
  const KernelResult r = judged(kernel, {Op::max_pool2d_backward});
  EXPECT_NE(describe_verdict(r).find("ties-all"), std::string::npos);
  EXPECT_NE(describe_failures(r).find("this case is right under --accept ties-all"), std::string::npos);
  EXPECT_NE(to_junit(r).find(R"(type="differs")"), std::string::npos) << to_junit(r);
  EXPECT_NE(to_json(r).find(R"("verdict": "differs")"), std::string::npos);
  Conditions accepting;
  accepting.accepted = ConventionSet::named("ftz,ties-all", "--accept");
  EXPECT_EQ(options_of(accepting), " --accept ftz,ties-all");
}

TEST(JudgeConventions, of_a_passing_kernel_are_none) {
  const KernelResult r = judged(healthy, {Op::max_pool2d_backward, Op::conv2d_forward}, "ties-all,ftz");
  EXPECT_EQ(r.verdict(), Verdict::pass);
  for (const OperationResult& row : r.operations) EXPECT_TRUE(row.conventions.empty() && !row.accepted);
}

}  // namespace
}  // namespace cnnspec::checks

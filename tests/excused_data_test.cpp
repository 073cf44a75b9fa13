// Results that are not judged on drawn data are not judged on given data either, nor while a case is shrunk: windows
// with only -inf, and subnormal numbers of bfloat16. --specials judges both. Everything else is judged as usual.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "checks/data/literal_data.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/shrink.hpp"
#include "checks/kernels/half_storage.hpp"
#include "checks/layers/problems.hpp"
#include "checks/scalars/half.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/operation.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

constexpr std::size_t any_number = 1'000;

Conditions conditions(bool specials, const char* follows = "") {
  Conditions c;
  c.data.specials = specials;
  if (*follows != '\0') c.follows = ConventionSet::named(follows, "");
  return c;
}

Case case_of(Op op, DType dtype, const char* descriptor, const Operands<double>& inputs) {
  const Operation o = operation(op, descriptor);
  return {op, dtype, o.problem, 1, to_literal(o, inputs, any_number)};
}

bool passes(const checks::Kernel& kernel, const Case& c, const Conditions& how) {
  const CaseResult r = judge_case(kernel, c, how);
  return r.supported && !r.failure;
}

/// The kernel passes unless everything is judged; the healthy kernel always passes.
void expect_excused(const checks::Kernel& kernel, const Case& c) {
  for (const bool specials : {false, true}) {
    EXPECT_EQ(passes(kernel, c, conditions(specials)), !specials) << name_of(c.op) << " " << c.data;
    EXPECT_TRUE(passes(healthy, c, conditions(specials))) << name_of(c.op) << " " << c.data;
  }
}
void expect_convicted(const checks::Kernel& kernel, const Case& c) {
  for (const bool specials : {false, true})
    EXPECT_FALSE(passes(kernel, c, conditions(specials))) << name_of(c.op) << " " << c.data;
}

// ---- Windows with only -inf ----

/// Starts the maximum at the lowest finite number. `most`: a larger maximum is reduced to it.
template <int most>
int finite_pooling(const cnnspec_pool2d* p, const float* x, float* y) {
  const int status = healthy.f32.max_pool2d_forward(p, x, y);
  constexpr float lowest = std::numeric_limits<float>::lowest(), largest = most == 0 ? -lowest : most;
  const Idx count = p->batch * p->channels * p->out_height * p->out_width;
  for (Idx n = 0; n < count; ++n) y[n] = std::min(std::max(lowest, y[n]), largest);
  return status;
}
/// The gradient of such a window goes to its last cell.
int last_of_empty(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  const int status = healthy.f32.max_pool2d_backward(p, x, dy, dx);
  const Idx window = p->kernel_height * p->kernel_width;
  if (std::all_of(x, x + window, [](float v) { return v == -std::numeric_limits<float>::infinity(); }))
    std::swap(dx[0], dx[window - 1]);
  return status;
}
template <int most>
checks::Kernel finite_kernel() {
  checks::Kernel k{.name = "finite", .description = ""};
  k.f32.max_pool2d_forward = finite_pooling<most>;
  k.f32.max_pool2d_backward = last_of_empty;
  return k;
}

constexpr const char *one_window = "mb1ic1ih2oh1kh2", *two_windows = "mb2ic1ih2oh1kh2";
const std::vector<double> empty_window{-infinity, -infinity, -infinity, -infinity};

TEST(ExcusedData, windows_of_minus_infinity) {
  const checks::Kernel kernel = finite_kernel<0>();
  expect_excused(kernel, case_of(Op::max_pool2d_forward, DType::f32, one_window, {empty_window}));
  expect_excused(kernel, case_of(Op::max_pool2d_backward, DType::f32, one_window, {empty_window, {3}}));
}

TEST(ExcusedData, other_infinities_and_other_windows_are_judged) {
  const checks::Kernel kernel = finite_kernel<0>(), capped = finite_kernel<100>();
  expect_convicted(kernel, case_of(Op::max_pool2d_forward, DType::f32, one_window, {{infinity, -infinity, 1, 2}}));
  expect_convicted(capped, case_of(Op::max_pool2d_forward, DType::f32, two_windows,
                                   {{-infinity, -infinity, -infinity, -infinity, 1, 2, 200, 3}}));
}

TEST(ExcusedData, sums_that_are_minus_infinity_are_judged) {
  checks::Kernel kernel = healthy;
  kernel.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    const int status = healthy.f32.linear_forward(p, x, w, b, y);
    y[0] = std::max(y[0], std::numeric_limits<float>::lowest());
    return status;
  };
  expect_convicted(kernel, case_of(Op::linear_forward, DType::f32, "mb1ic1oc1", {{-infinity}, {1}, {}}));
}

TEST(ExcusedData, of_a_named_family_is_that_of_its_numbers) {
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    Case c{Op::max_pool2d_forward, DType::f32, operation(Op::max_pool2d_forward, two_windows).problem, seed,
           "minus-infinity"};
    const CaseJudge judge(c, conditions(false));
    c.data = to_literal(judge.operation(), judge.data().front().inputs, any_number);
    const std::vector<double>& named = judge.data().front().expected.bounds;
    const std::vector<double> given = CaseJudge(c, conditions(false)).data().front().expected.bounds;
    ASSERT_EQ(named.size(), given.size());
    for (std::size_t n = 0; n < named.size(); ++n) EXPECT_EQ(std::isnan(named[n]), std::isnan(given[n])) << c.data;
  }
}

// ---- Subnormal numbers of bfloat16 ----

constexpr double tiny = 0x1p-130, least_normal = 0x1p-126;
using Bits = std::uint16_t;

/// For both types, with 8 or 5 bits of exponent.
template <DType dtype>
Bits flushed(Bits b) {
  constexpr Bits exponent = dtype == DType::bf16 ? 0x7f80 : 0x7c00;
  return (b & exponent) == 0 ? static_cast<Bits>(b & 0x8000) : b;
}
template <DType dtype>
std::vector<Bits> all_flushed(const Bits* v, Idx count) {
  std::vector<Bits> all(v, v + count);
  for (Bits& b : all) b = flushed<dtype>(b);
  return all;
}
template <DType dtype>
const KernelFunctions<Bits>& right() {
  return dtype == DType::bf16 ? healthy.bf16 : healthy.f16;
}
template <DType dtype>
int flush(int status, Bits* out, Idx count) {
  for (Idx n = 0; n < count; ++n) out[n] = flushed<dtype>(out[n]);
  return status;
}

/// Subnormal operands and results become 0.
template <DType dtype>
checks::Kernel flushing_kernel() {
  checks::Kernel k{.name = "flushing", .description = ""};
  KernelFunctions<Bits>& f = dtype == DType::bf16 ? k.bf16 : k.f16;
  f.relu_forward = [](const cnnspec_elementwise* p, const Bits* x, Bits* y) {
    return flush<dtype>(right<dtype>().relu_forward(p, x, y), y, p->count);
  };
  f.relu_backward = [](const cnnspec_elementwise* p, const Bits* x, const Bits* dy, Bits* dx) {
    const std::vector<Bits> zeros = all_flushed<dtype>(x, p->count);
    return flush<dtype>(right<dtype>().relu_backward(p, zeros.data(), dy, dx), dx, p->count);
  };
  f.max_pool2d_forward = [](const cnnspec_pool2d* p, const Bits* x, Bits* y) {
    return flush<dtype>(right<dtype>().max_pool2d_forward(p, x, y), y, Counts(*p).y);
  };
  f.max_pool2d_backward = [](const cnnspec_pool2d* p, const Bits* x, const Bits* dy, Bits* dx) {
    const std::vector<Bits> zeros = all_flushed<dtype>(x, Counts(*p).x);
    return flush<dtype>(right<dtype>().max_pool2d_backward(p, zeros.data(), dy, dx), dx, Counts(*p).x);
  };
  f.linear_forward = [](const cnnspec_linear* p, const Bits* x, const Bits* w, const Bits* b, Bits* y) {
    const std::vector<Bits> zeros = all_flushed<dtype>(x, Counts(*p).x);
    return flush<dtype>(right<dtype>().linear_forward(p, zeros.data(), w, b, y), y, Counts(*p).y);
  };
  f.linear_backward_bias = [](const cnnspec_linear* p, const Bits* dy, Bits* db) {
    const std::vector<Bits> zeros = all_flushed<dtype>(dy, Counts(*p).y);
    return flush<dtype>(right<dtype>().linear_backward_bias(p, zeros.data(), db), db, Counts(*p).b);
  };
  return k;
}

/// Cases on which a kernel that flushes is wrong by the definition. `small`: a subnormal number.
std::vector<Case> cases_of_small_numbers(DType dtype, double small) {
  return {case_of(Op::relu_forward, dtype, "2", {{small, 1}}),
          case_of(Op::relu_backward, dtype, "2", {{small, 1}, {8, 2}}),
          case_of(Op::relu_backward, dtype, "2", {{1, 1}, {8, small}}),
          case_of(Op::max_pool2d_forward, dtype, one_window, {{-1, 0, small, -2}}),
          case_of(Op::max_pool2d_backward, dtype, one_window, {{-1, 0, small, -2}, {3}}),
          case_of(Op::max_pool2d_backward, dtype, one_window, {{1, 2, 3, 4}, {small}}),
          case_of(Op::linear_forward, dtype, "mb1ic2oc1", {{small, 0}, {3, 1}, {}}),
          case_of(Op::linear_backward_bias, dtype, "mb2ic1oc1", {{small, 2 * small}})};
}

TEST(ExcusedData, subnormal_numbers_of_bf16) {
  for (const Case& c : cases_of_small_numbers(DType::bf16, tiny)) expect_excused(flushing_kernel<DType::bf16>(), c);
  // The product is subnormal, but its factors are not.
  expect_excused(flushing_kernel<DType::bf16>(),
                 case_of(Op::linear_forward, DType::bf16, "mb1ic1oc1", {{0x1p-64}, {0x1p-65}, {}}));
}

TEST(ExcusedData, subnormal_numbers_of_f16_are_judged) {
  for (const Case& c : cases_of_small_numbers(DType::f16, 0x1p-20)) expect_convicted(flushing_kernel<DType::f16>(), c);
}

TEST(ExcusedData, no_more_than_flushing) {
  checks::Kernel kernel = flushing_kernel<DType::bf16>();
  kernel.bf16.relu_forward = [](const cnnspec_elementwise* p, const Bits* x, Bits* y) {
    const int status = healthy.bf16.relu_forward(p, x, y);
    return y[0] = 0, status;
  };
  expect_convicted(kernel, case_of(Op::relu_forward, DType::bf16, "2", {{least_normal, tiny}}));
  kernel.bf16.relu_forward = [](const cnnspec_elementwise* p, const Bits* x, Bits* y) {
    const int status = healthy.bf16.relu_forward(p, x, y);
    return y[0] = static_cast<Bits>(3 * y[0]), status;
  };
  expect_convicted(kernel, case_of(Op::relu_forward, DType::bf16, "2", {{8 * tiny, 1}}));
  // The gradient goes to neither of the two cells that compare equal.
  kernel.bf16.max_pool2d_backward = [](const cnnspec_pool2d* p, const Bits* x, const Bits* dy, Bits* dx) {
    const int status = healthy.bf16.max_pool2d_backward(p, x, dy, dx);
    return std::swap(dx[0], dx[2]), status;
  };
  expect_convicted(kernel, case_of(Op::max_pool2d_backward, DType::bf16, one_window, {{-1, 0, tiny, -2}, {3}}));
}

TEST(ExcusedData, where_conventions_are_followed) {
  const checks::Kernel kernel = [] {
    checks::Kernel k{.name = "half", .description = ""};
    k.bf16.relu_backward = [](const cnnspec_elementwise* p, const Bits* x, const Bits* dy, Bits* dx) {
      for (Idx n = 0; n < p->count; ++n) {
        const double v = Bfloat16::value(x[n]), share = v == 0 ? 0.5 : v < 0 ? 0 : 1;
        dx[n] = flushed<DType::bf16>(Bfloat16::nearest(share * Bfloat16::value(dy[n])));
      }
      return CNNSPEC_DONE;
    };
    return k;
  }();
  const Case c = case_of(Op::relu_backward, DType::bf16, "2", {{0, 1}, {2, tiny}});
  EXPECT_TRUE(passes(kernel, c, conditions(false, "relu-grad-half")));
  EXPECT_FALSE(passes(kernel, c, conditions(true, "relu-grad-half")));
  const CaseResult r = judge_case(kernel, c, conditions(false));
  ASSERT_TRUE(r.failure);
  EXPECT_TRUE(std::ranges::any_of(r.explained_by, [](ConventionSet s) { return s.names() == "relu-grad-half"; }))
      << "and what explains it need not explain the flushing";
}

// ---- Shrinking ----

/// The shrunk case also fails without the special conditions, for its original reason: a number above 100 is cut off.
void expect_shrunk_to_large(const checks::Kernel& kernel, const Case& c) {
  const CaseResult r = judge_case(kernel, c, conditions(false));
  ASSERT_TRUE(r.failure);
  ForkHost host(kernel);
  const Failure f = shrink(host, *r.failure, conditions(false));
  EXPECT_FALSE(passes(kernel, f.failed, conditions(false)));
  EXPECT_GT(f.expected, 100) << f.failed.data;
  EXPECT_EQ(f.actual, 100) << f.failed.data;
}

TEST(ExcusedData, is_not_what_a_case_shrinks_to) {
  expect_shrunk_to_large(finite_kernel<100>(),
                         case_of(Op::max_pool2d_forward, DType::f32, two_windows,
                                 {{200, 300, 200, 200, -infinity, -infinity, -infinity, -infinity}}));
  checks::Kernel kernel{.name = "flushing", .description = ""};
  kernel.bf16.relu_forward = [](const cnnspec_elementwise* p, const Bits* x, Bits* y) {
    for (Idx n = 0; n < p->count; ++n) {
      const double v = Bfloat16::value(x[n]);
      y[n] = flushed<DType::bf16>(Bfloat16::nearest(v <= 0 ? 0 : v > 100 ? 100 : v));
    }
    return CNNSPEC_DONE;
  };
  expect_shrunk_to_large(kernel, case_of(Op::relu_forward, DType::bf16, "4", {{200, tiny, tiny, tiny}}));
}

}  // namespace
}  // namespace cnnspec::tests

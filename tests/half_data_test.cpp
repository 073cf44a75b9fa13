// Data of half types: sums are taken in f32 and rounded again when they are stored. Still, the loss of every single
// term shows in some set of data, up to thousands of terms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/kernels/half_storage.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/storage.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/operation.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

struct Sums {
  Op op;
  const char* descriptor;
};
constexpr Sums long_sums[]{
    {Op::linear_forward, "mb2ic300oc3"},          {Op::linear_forward, "mb1ic4096oc8"},
    {Op::linear_forward, "mb1ic9000oc2"},         {Op::linear_backward_input, "mb1ic8oc4096"},
    {Op::linear_backward_weight, "mb4096ic3oc2"}, {Op::linear_backward_bias, "mb4096ic1oc8"},
    {Op::conv2d_forward, "mb1ic128ih4oc2kh3ph1"}, {Op::conv2d_backward_bias, "mb2ic1ih40oc2kh1"}};

TEST(HalfData, shows_every_term_of_long_sums) {
  for (const DType dtype : {DType::f16, DType::bf16})
    for (const Sums& s : long_sums) {
      const Case c{s.op, dtype, operation(s.op, s.descriptor).problem, test_seed()};
      ForkHost host(healthy);
      const CaseResult r = CaseJudge(c, {}).judge(host);
      EXPECT_FALSE(r.failure) << name_of(dtype) << " " << name_of(s.op) << " " << s.descriptor;
      EXPECT_GT(r.sensitivity(), 0.9) << name_of(dtype) << " " << name_of(s.op) << " " << s.descriptor;
      EXPECT_GT(r.terms, 1'000);
    }
}

/// The terms of one output of a linear layer.
std::vector<double> terms_of(const cnnspec_linear& p, const Operands<double>& inputs, Idx image, Idx feature) {
  std::vector<double> terms;
  for (Idx k = 0; k < p.in_features; ++k)
    terms.push_back(inputs[0][static_cast<std::size_t>(image * p.in_features + k)] *
                    inputs[1][static_cast<std::size_t>(feature * p.in_features + k)]);
  if (!inputs[2].empty()) terms.push_back(inputs[2][static_cast<std::size_t>(feature)]);
  return terms;
}

/// Whether the loss of each single term changes the stored sum.
bool every_loss_shows(DType dtype, const std::vector<double>& terms) {
  double sum = 0;
  for (const double t : terms) sum += t;
  return std::ranges::all_of(
      terms, [&](double t) { return t == 0 || rounded_to(dtype, sum - t) != rounded_to(dtype, sum); });
}

TEST(HalfData, shows_what_it_says) {
  Idx claimed = 0, outputs = 0;
  for (const DType dtype : {DType::f16, DType::bf16})
    for (const Idx features : {1, 5, 64, 300, 1000, 4096})
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const cnnspec_linear p{2, features, 3};
        const CaseJudge judge({Op::linear_forward, dtype, p, seed}, {});
        std::vector<bool> shown(6);
        for (const DataSet& d : judge.data())
          for (Idx n = 0; n < 6; ++n) {
            const auto k = static_cast<std::size_t>(n);
            const std::vector<double> terms = terms_of(p, d.inputs, n / 3, n % 3);
            const auto not_zero = std::ranges::count_if(terms, [](double t) { return t != 0; });
            const bool all = d.shows_all || (!d.visible.empty() && not_zero > 0 && d.visible[k] >= not_zero);
            if (!all || d.expected.bound(k) != 0) continue;
            ++claimed;
            ASSERT_TRUE(every_loss_shows(dtype, terms)) << name_of(dtype) << " " << features << " " << d.family;
            shown[k] = shown[k] || not_zero == std::ssize(terms);
          }
        outputs += 6;
        EXPECT_TRUE(std::ranges::all_of(shown, [](bool s) { return s; })) << name_of(dtype) << " " << features;
      }
  EXPECT_GE(claimed, outputs);
}

/// Leaves out the smallest nonzero term of each long sum.
int without_the_smallest(const cnnspec_linear* p, const std::uint16_t* x, const std::uint16_t* w,
                         const std::uint16_t* b, std::uint16_t* y) {
  for (Idx n = 0; n < p->batch; ++n)
    for (Idx f = 0; f < p->out_features; ++f) {
      double sum = b == nullptr ? 0 : Bfloat16::value(b[f]), smallest = 0;
      for (Idx k = 0; k < p->in_features; ++k) {
        const double term = Bfloat16::value(x[n * p->in_features + k]) * Bfloat16::value(w[f * p->in_features + k]);
        sum += term;
        if (term != 0 && (smallest == 0 || std::fabs(term) < std::fabs(smallest))) smallest = term;
      }
      y[n * p->out_features + f] = Bfloat16::nearest(p->in_features > 1'000 ? sum - smallest : sum);
    }
  return CNNSPEC_DONE;
}

TEST(HalfData, convicts_a_kernel_that_drops_one_small_term) {
  checks::Kernel kernel{.name = "drops a term", .description = ""};
  kernel.bf16.linear_forward = without_the_smallest;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_TRUE(judge_case(kernel, {Op::linear_forward, DType::bf16, cnnspec_linear{1, 4096, 4}, seed}).failure);
    EXPECT_FALSE(judge_case(kernel, {Op::linear_forward, DType::bf16, cnnspec_linear{1, 1000, 4}, seed}).failure);
  }
}

}  // namespace
}  // namespace cnnspec::tests

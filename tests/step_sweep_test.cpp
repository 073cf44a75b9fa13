// The error of finite differences for each step: the V of each arithmetic, and the exact line.
#include "checks/gradient/step_sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "checks/describe/targets.hpp"

namespace cnnspec::checks {
namespace {

StepSweep sweep_of(const std::string& target, const std::string& config) {
  return sweep_steps(load_target(target, config).network, 1);
}

double least_error(const SweepCurve& c) {
  double least = c.points.front().error;
  for (const SweepPoint& p : c.points) least = std::min(least, p.error);
  return least;
}

/// Truncation h^2 against rounding u/h: the best error is about u^(2/3), within a few powers of ten. The factor depends
/// on the ratio of the polynomial's third and first derivatives, and on the number of roundings.
TEST(StepSweep, has_its_best_step_in_between_and_no_arithmetic_beats_its_rounding) {
  const StepSweep s = sweep_of("cnn2", "in_h=8,in_w=8,c1=2,c2=2,out_dim=3");
  ASSERT_EQ(s.curves.size(), 5u);
  for (const SweepCurve& c : s.curves) {
    SCOPED_TRACE(c.scalar);
    ASSERT_GT(c.points.size(), 5u);
    if (c.scalar == "exact") continue;
    const double best = least_error(c), expected = std::pow(c.unit_roundoff, 2.0 / 3);
    EXPECT_GT(best, 0);
    EXPECT_LT(std::fabs(std::log10(best / expected)), 3);
    EXPECT_GT(c.points.front().error, best * 100);
    EXPECT_GT(c.points.back().error, best * 100);
  }
}

TEST(StepSweep, is_zero_for_every_short_step_in_exact_arithmetic) {
  for (const char* target : {"cnn2", "cnn", "conv2d", "linear", "max_pool2d", "relu"}) {
    const StepSweep s = sweep_of(target, std::string(target) == "cnn2" ? "in_h=8,in_w=8,c1=2,c2=2,out_dim=3" : "");
    const SweepCurve& exact = s.curves.back();
    ASSERT_EQ(exact.scalar, "exact");
    for (const SweepPoint& p : exact.points) {
      if (p.step < 0x1p-30) {
        EXPECT_EQ(p.error, 0) << target << " " << p.step;
      }
    }
  }
}

TEST(StepSweep, is_a_function_of_the_seed) {
  const auto error = [](std::uint64_t seed) {
    return sweep_steps(load_target("linear", "").network, seed).curves.front().points[5].error;
  };
  EXPECT_EQ(error(1), error(1));
  EXPECT_NE(error(1), error(2));
}

}  // namespace
}  // namespace cnnspec::checks

// Generated problems as arguments of RapidCheck's properties: uniform, valid, and shrunk to cases that can be read.
#include "checks/generate/rapidcheck.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <sstream>

#include "checks/layers/max_pool2d/draw.hpp"
#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

RC_GTEST_PROP(RapidCheckProblems, C1_to_C6_hold_for_conv2d, (const cnnspec_conv2d& p)) { RC_ASSERT(check(p).ok()); }
RC_GTEST_PROP(RapidCheckProblems, C1_to_C4_hold_for_max_pool2d, (const cnnspec_pool2d& p)) { RC_ASSERT(check(p).ok()); }
RC_GTEST_PROP(RapidCheckProblems, C1_holds_for_linear, (const cnnspec_linear& p)) { RC_ASSERT(check(p).ok()); }
RC_GTEST_PROP(RapidCheckProblems, C1_holds_for_elementwise, (const cnnspec_elementwise& p)) {
  RC_ASSERT(check(p).ok());
}
RC_GTEST_PROP(RapidCheckProblems, can_be_drawn_within_limits, ()) {
  const auto p = *drawn([](Choices& choices) { return draw_pool2d(choices, {.max_extent = 4}); });
  RC_ASSERT(p.in_height <= 4 && p.in_width <= 4);
}

TEST(RapidCheckProblems, are_as_varied_at_the_smallest_size_as_at_the_largest) {
  rc::Random random(1);
  for (const int size : {0, 100}) {
    int rectangular = 0;
    for (int n = 0; n < 200; ++n) {
      const cnnspec_conv2d p = rc::gen::arbitrary<cnnspec_conv2d>()(random.split(), size).value();
      rectangular += p.in_height != p.in_width;
    }
    EXPECT_GE(rectangular, 100) << "size " << size;
  }
}

/// The result of RapidCheck's search: a failing case of which no shrink fails.
template <class P>
std::string shrunk(const std::function<bool(const P&)>& holds) {
  rc::Random random(1);
  while (true) {
    rc::Shrinkable<P> at = rc::gen::arbitrary<P>()(random.split(), 100);
    if (holds(at.value())) continue;
    while (true) {
      rc::Seq<rc::Shrinkable<P>> shrinks = at.shrinks();
      auto next = shrinks.next();
      while (next && holds(next->value())) next = shrinks.next();
      if (!next) return rc::toString(at.value());
      at = *next;
    }
  }
}

TEST(RapidCheckProblems, shrink_to_the_plainest_case_that_fails) {
  EXPECT_EQ(shrunk<cnnspec_pool2d>([](const auto& p) { return p.pad_top == 0; }), "mb1ic1_ih1oh1kh2ph1");
  EXPECT_EQ(shrunk<cnnspec_conv2d>([](const auto& p) { return p.batch < 2; }), "mb2ic1oc1_ih1oh1kh1");
  EXPECT_EQ(shrunk<cnnspec_conv2d>([](const auto& p) { return p.groups == 1; }), "g2mb1ic2oc2_ih1oh1kh1");
  EXPECT_EQ(shrunk<cnnspec_linear>([](const auto& p) { return p.in_features < 7; }), "mb1ic7oc1");
}

TEST(RapidCheckProblems, keep_the_other_decisions_while_one_shrinks) {
  const auto fails = [](const cnnspec_conv2d& p) {
    return p.stride_height == 2 && p.dilation_width == 2 && p.kernel_width == 3 && p.pad_left == 1 && p.groups == 2;
  };
  EXPECT_EQ(shrunk<cnnspec_conv2d>([&](const auto& p) { return !fails(p); }),
            "g2mb1ic2oc2_ih1oh1kh1sh2dh0ph0_iw3ow1kw3sw1dw1pw1");
}

TEST(RapidCheckProblems, are_shown_as_descriptors) {
  EXPECT_EQ(rc::toString(cnnspec_linear{1, 256, 1000}), "mb1ic256oc1000");
  EXPECT_EQ(rc::toString(cnnspec_elementwise{12}), "12");
  EXPECT_EQ(rc::toString(Seed{5}), "5");
}

}  // namespace
}  // namespace cnnspec::checks

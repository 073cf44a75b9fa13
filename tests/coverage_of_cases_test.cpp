// The coverage of a run of the judge: the levels of configurations, and the distribution of error/bound.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "checks/generate/choices.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/judge/coverage.hpp"
#include "checks/judge/ratio_histogram.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {
namespace {

/// "kernel 3x3, stride 2, ..."
std::string levels_in_words(LayerId family, const std::string& descriptor) {
  const std::vector<CoverageAxis>& axes = coverage_axes(family);
  const Levels levels = levels_of(parse_descriptor(family, descriptor));
  std::string text;
  for (std::size_t n = 0; n < axes.size(); ++n)
    text += (n == 0 ? "" : ", ") + axes[n].name + " " + axes[n].levels[levels[n]];
  return text;
}

TEST(CoverageOfCases, tells_configurations_apart_by_hand_worked_levels) {
  EXPECT_EQ(levels_in_words(LayerId::conv2d, "mb2ic16ih7oc8oh7kh3ph1"),
            "kernel 3x3, stride 1, padding all alike, dilation 1, image H=W, remainder none, batch 2+, groups 1, "
            "input channels multiple of 8, output channels multiple of 8");
  EXPECT_EQ(levels_in_words(LayerId::conv2d, "g3mb1ic3ih8iw9oc6kh1kw4sh3sw2dw1pw2"),
            "kernel 1xN, Nx1, stride H≠W, padding H≠W, dilation H≠W, image H≠W, remainder some, batch 1, groups "
            "depthwise, input channels other, output channels other");
  EXPECT_EQ(levels_in_words(LayerId::conv2d, "g2mb1ic8ih7oc2oh4kh2ph0dh2sh1"),
            "kernel 2x2, stride 1, padding none, dilation 3+, image H=W, remainder none, batch 1, groups 2+, input "
            "channels multiple of 8, output channels other");
  EXPECT_EQ(levels_in_words(LayerId::max_pool2d, "mb1ic1ih6oh3kh2sh2ph0"),
            "kernel 2x2, stride 2, padding none, dilation 1, image H=W, remainder none, batch 1");
  EXPECT_EQ(levels_in_words(LayerId::max_pool2d, "mb1ic1ih6oh3kh4sh2ph1_iw6ow2kw5sw2pw1"),
            "kernel other, stride 2, padding begin≠end, dilation 1, image H=W, remainder none, batch 1");
  EXPECT_EQ(levels_in_words(LayerId::linear, "mb1ic24oc7"),
            "batch 1, input features multiple of 8, output features other");
  EXPECT_EQ(levels_in_words(LayerId::relu, "2x4"), "elements multiple of 8");
}

/// Random problems have a level on each axis, and never a pair of levels that is listed as impossible.
TEST(CoverageOfCases, has_no_case_where_it_says_that_there_can_be_none) {
  RandomChoices choices(1);
  for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear})
    for (int n = 0; n < 2000; ++n) {
      const Levels levels = levels_of(draw_problem(choices, family, {}));
      ASSERT_EQ(levels.size(), coverage_axes(family).size());
      for (const ImpossiblePair& p : impossible_pairs(family))
        ASSERT_FALSE(levels[p.axis] == p.level && levels[p.other_axis] == p.other_level);
    }
}

using Pair = std::array<std::size_t, 4>;  // an axis, its level, another axis, its level

std::set<Pair> possible_pairs(LayerId family) {
  const std::vector<CoverageAxis>& axes = coverage_axes(family);
  std::set<Pair> pairs;
  for (std::size_t a = 0; a < axes.size(); ++a)
    for (std::size_t b = a + 1; b < axes.size(); ++b)
      for (std::size_t level = 0; level < axes[a].levels.size(); ++level)
        for (std::size_t other = 0; other < axes[b].levels.size(); ++other) pairs.insert({a, level, b, other});
  for (const ImpossiblePair& p : impossible_pairs(family)) pairs.erase({p.axis, p.level, p.other_axis, p.other_level});
  return pairs;
}

/// The reach of the generator, and the other half of the list: each pair that is not listed as impossible occurs.
TEST(CoverageOfCases, random_cases_reach_every_pair_of_levels_that_is_possible) {
  constexpr int most_draws = 200'000;
  RandomChoices choices(1);
  for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::linear}) {
    std::set<Pair> missing = possible_pairs(family);
    for (int n = 0; n < most_draws && !missing.empty(); ++n) {
      const Levels levels = levels_of(draw_problem(choices, family, {}));
      for (std::size_t a = 0; a < levels.size(); ++a)
        for (std::size_t b = a + 1; b < levels.size(); ++b) missing.erase({a, levels[a], b, levels[b]});
    }
    const std::vector<CoverageAxis>& axes = coverage_axes(family);
    // Possible, and it occurs in real networks, but random cases have fewer groups: --case can reach it.
    if (family == LayerId::conv2d) {
      constexpr std::size_t groups = 7, depthwise = 2, in_channels = 8, multiple_of_8 = 0;
      EXPECT_EQ(missing.erase({groups, depthwise, in_channels, multiple_of_8}), 1);
    }
    for (const auto& [a, level, b, other] : missing)
      ADD_FAILURE() << name_of(family) << ": no case with " << axes[a].name << " " << axes[a].levels[level] << ", "
                    << axes[b].name << " " << axes[b].levels[other];
  }
}

TEST(CoverageOfCases, tells_what_the_kernel_declined_from_what_it_computed) {
  Coverage coverage;
  const Problem problem = parse_descriptor(LayerId::linear, "mb1ic24oc7");
  coverage.add(problem, true), coverage.add(problem, false), coverage.add(problem, false);
  const CoveredCases& cell = coverage.cells.at(LayerId::linear).at(levels_of(problem));
  EXPECT_EQ(cell.computed, 1);
  EXPECT_EQ(cell.unsupported, 2);
}

TEST(RatioHistogram, counts_wrong_elements_apart) {
  RatioHistogram h, other;
  other.wrong = 3;
  h += other, h += other;
  EXPECT_EQ(h.wrong, 6);
  EXPECT_EQ(h.zero, 0);
}

TEST(RatioHistogram, counts_by_powers_of_two_and_an_edge_belongs_to_what_lies_below) {
  RatioHistogram h;
  for (const double ratio : {0.0, 1.0, 0.75, 0.5, 0x1p-16, 0x1p-17, 1e-300, 0x1.8p-16}) h.add(ratio);
  EXPECT_EQ(h.zero, 1);
  const std::vector<double> edges = RatioHistogram::edges();
  ASSERT_EQ(edges.size(), h.counts.size() + 1);
  EXPECT_EQ(edges.front(), 0);
  EXPECT_EQ(edges[1], 0x1p-16);
  EXPECT_EQ(edges.back(), 1);
  EXPECT_EQ(h.counts[0], 3);   // 2^-16, 2^-17 and 1e-300
  EXPECT_EQ(h.counts[1], 1);   // 1.5 * 2^-16
  EXPECT_EQ(h.counts[15], 1);  // 1/2
  EXPECT_EQ(h.counts[16], 2);  // 3/4 and 1
  h += h;
  EXPECT_EQ(h.zero, 2);
  EXPECT_EQ(h.counts[16], 4);
}

}  // namespace
}  // namespace cnnspec::checks

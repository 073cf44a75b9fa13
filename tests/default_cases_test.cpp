// Default cases: they are valid, affordable, and the same for the same seed. The first 500 contain every size around
// which fast code branches, and all the layers, far extents and neighbours that they promise.
#include "checks/judge/default_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/generate/fast_paths.hpp"
#include "checks/generate/neighbours.hpp"
#include "checks/generate/sized_problem.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/network_layers.hpp"
#include "checks/judge/size_coverage.hpp"
#include "checks/layers/problems.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using W = WantedSizes;

constexpr std::uint64_t seeds = sanitized ? 1 : 10;

/// The cases of a run with the default options.
std::vector<Case> cases_of_run(Op op, std::uint64_t seed) {
  JudgeOptions options;
  options.operations = {{op, DType::f32}};
  options.seed = seed;
  const CaseList list(options);
  std::vector<Case> all;
  for (Idx n = 0; n < list.size(); ++n) all.push_back(list.at(n));
  return all;
}

/// visit(op, cases of a run), for every operation and several seeds.
void for_each_run(const std::function<void(Op, const std::vector<Case>&)>& visit) {
  static const auto runs = [] {
    std::map<Op, std::vector<std::vector<Case>>> all;
    for (std::size_t n = 0; n < all_ops().size(); ++n)
      for (std::uint64_t seed = 0; seed < seeds; ++seed)
        all[static_cast<Op>(n)].push_back(cases_of_run(static_cast<Op>(n), tests::test_seed() + seed));
    return all;
  }();
  for (const auto& [op, cases] : runs)
    for (const std::vector<Case>& run : cases) visit(op, run);
}

std::string text_of(Op op, const Problem& p) { return std::string(name_of(op)) + " " + to_descriptor(p); }

TEST(DefaultCases, of_a_run_take_each_boundary_on_each_axis) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    SizeCoverage coverage(op);
    for (const Case& c : cases) coverage.add(c.problem);
    for (const SizeCoverage::Missed& m : coverage.missed())
      ADD_FAILURE() << name_of(op) << ": " << m.axis->name << " is never " << m.values.front();
  });
}

TEST(SizeCoverage, tells_what_was_missed) {
  SizeCoverage coverage(Op::linear_forward);
  for (const Idx value : size_boundaries)
    if (value != 33) coverage.add(cnnspec_linear{value, value, value == 64 ? 66 : value});
  coverage.add(cnnspec_linear{33, 7, 258});
  const std::vector<SizeCoverage::Missed> missed = coverage.missed();
  ASSERT_EQ(missed.size(), 2u);
  EXPECT_EQ(missed[0].axis->name, "input features");
  EXPECT_EQ(missed[0].values, std::vector<Idx>{33});
  EXPECT_EQ(missed[1].axis->name, "output features");
  EXPECT_EQ(missed[1].values, (std::vector<Idx>{33, 64}));
  const std::vector<Idx>& outputs = coverage.counts()[2];
  ASSERT_EQ(outputs.size(), size_levels().size());
  EXPECT_EQ(outputs.front(), 0) << "below";
  EXPECT_EQ(outputs[outputs.size() - 2], 1) << "66 lies between";
  EXPECT_EQ(outputs.back(), 1) << "258 lies beyond";
}

// ---- Their cost ----

constexpr double many_elements = 0x1p16;
constexpr Idx most_taps = 450'000;  // twice the limit for the original problem of a neighbour, and a little more

TEST(DefaultCases, are_valid_and_affordable) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    ASSERT_EQ(cases.size(), 500u);
    for (const Case& c : cases) {
      ASSERT_TRUE(check(c.problem).ok()) << text_of(op, c.problem);
      const Operation o = operation_of(op, c.problem);
      const bool is_large = o.elements() > 4 * many_elements;  // a neighbour may be twice as large
      EXPECT_TRUE(!c.data.empty() || !is_large) << text_of(op, c.problem);
      if (c.data.empty()) {
        const bool takes_taps = o.multiplies() || layer_id(op) == LayerId::max_pool2d;
        EXPECT_TRUE(!takes_taps || taps(c.problem) <= most_taps) << text_of(op, c.problem);
      } else {
        EXPECT_LE(taps(c.problem), Idx{1} << 24) << text_of(op, c.problem);
        EXPECT_LE(o.elements(), 0x1p23) << text_of(op, c.problem);
        EXPECT_GT(o.elements(), many_elements) << "only large ones get one family of data";
        EXPECT_NO_THROW(static_cast<void>(CaseJudge(c, {}).data())) << "of a family that it has: " << c.data;
      }
    }
  });
}

// ---- Special cases ----

/// The extents that kernels count one by one. They must also occur far beyond 16 bits.
bool is_main(const SizedAxis& axis) {
  static const std::set<std::string> not_main{"output height",       "output width",
                                              "kernel height",       "kernel width",
                                              "cells of the window", "input channels per group",
                                              "terms of a sum",      "output channels per group"};
  return !not_main.contains(axis.name);
}

double product(Idx a, Idx b) { return static_cast<double>(a) * static_cast<double>(b); }
double image_of(const cnnspec_conv2d& p) { return product(p.in_height, p.in_width); }
double image_of(const cnnspec_pool2d& p) { return product(p.in_height, p.in_width); }
double image_of(const AvgPool2dProblem& p) { return product(p.in_height, p.in_width); }
double image_of(const cnnspec_elementwise& p) { return static_cast<double>(p.count); }
double image_of(const cnnspec_linear& p) { return product(p.in_features, p.out_features); }

TEST(DefaultCases, go_beyond_16_bits_on_each_main_axis) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    for (const SizedAxis& axis : sized_axes(op))
      if (is_main(axis)) {
        EXPECT_TRUE(std::ranges::any_of(cases, [&](const Case& c) { return axis.of(c.problem) == 65'537; }))
            << name_of(op) << " " << axis.name;
      }
  });
}

TEST(DefaultCases, have_products_beyond_16_and_20_bits_of_extents_within) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    for (const double least : {0x1p16, 0x1p20})
      EXPECT_TRUE(std::ranges::any_of(cases, [&](const Case& c) {
        const double image = visit_problem([](const auto& p) { return image_of(p); }, c.problem);
        const auto is_within = [&](const SizedAxis& axis) { return axis.of(c.problem) <= 1025; };
        const bool within = layer_id(op) == LayerId::relu || std::ranges::all_of(sized_axes(op), is_within);
        return image > least && image < 2 * least && within;
      })) << name_of(op);
  });
}

TEST(DefaultCases, have_all_layers_of_networks) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    std::set<std::string> all;
    for (const Case& c : cases) all.insert(to_descriptor(c.problem));
    for (const Problem& layer : network_layers(layer_id(op)))
      EXPECT_TRUE(all.contains(to_descriptor(layer))) << text_of(op, layer);
  });
}

TEST(NetworkLayers, are_valid_and_of_their_family) {
  for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear}) {
    EXPECT_GE(network_layers(family).size(), 3u);
    for (const Problem& layer : network_layers(family)) {
      EXPECT_EQ(layer_id(layer), family);
      EXPECT_TRUE(check(layer).ok()) << to_descriptor(layer);
    }
  }
}

// ---- Neighbours ----

/// The numbers that can be chosen freely; the output extents follow from them.
std::vector<Idx> of_line(const Line& l) {
  return {l.in, l.kernel, l.axis.stride, l.axis.dilation, l.axis.before, l.axis.after};
}
template <class P>
std::vector<Idx> with_lines(const P& p, std::vector<Idx> numbers) {
  for (const Line& line : {height_of(p), width_of(p)})
    for (const Idx n : of_line(line)) numbers.push_back(n);
  return numbers;
}
std::vector<Idx> numbers_of(const cnnspec_conv2d& p) {
  return with_lines(p, {p.batch, p.in_channels, p.out_channels, p.groups});
}
std::vector<Idx> numbers_of(const cnnspec_pool2d& p) { return with_lines(p, {p.batch, p.channels}); }
std::vector<Idx> numbers_of(const AvgPool2dProblem& p) {
  return with_lines(p, {p.batch, p.channels, p.count_include_pad, p.ceil_mode, p.divisor_override});
}
std::vector<Idx> numbers_of(const cnnspec_elementwise& p) { return {p.count}; }
std::vector<Idx> numbers_of(const cnnspec_linear& p) { return {p.batch, p.in_features, p.out_features}; }

/// The number of differences.
Idx distance(const Problem& a, const Problem& b) {
  const auto numbers = [](const Problem& problem) {
    return visit_problem([](const auto& p) { return numbers_of(p); }, problem);
  };
  const std::vector<Idx> x = numbers(a), y = numbers(b);
  Idx different = 0;
  for (std::size_t n = 0; n < x.size(); ++n) different += x[n] != y[n];
  return different;
}

TEST(DefaultCases, of_which_a_quarter_differs_from_the_case_before_in_one_number) {
  for_each_run([](Op op, const std::vector<Case>& cases) {
    int same = 0, others = 0;
    for (std::size_t n = 3; n < cases.size(); n += 4) {
      const Idx different = distance(cases[n - 1].problem, cases[n].problem);
      ASSERT_LE(different, 1) << text_of(op, cases[n - 1].problem) << " and " << to_descriptor(cases[n].problem);
      EXPECT_EQ(cases[n].data, cases[n - 1].data);
      ++(different == 0 ? same : others);
    }
    EXPECT_EQ(same + others, 125);
    EXPECT_GE(others, 122) << name_of(op);
  });
}

TEST(Neighbours, change_every_number_sooner_or_later_and_stay_affordable) {
  RandomChoices choices(tests::test_seed());
  for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear}) {
    std::set<std::size_t> changed;
    std::size_t numbers = 0;
    for (int n = 0; n < 4'000; ++n) {
      const Problem before = draw_problem(choices, family), after = draw_neighbour(choices, before);
      ASSERT_TRUE(check(after).ok()) << to_descriptor(after);
      ASSERT_LE(taps(after), 2 * taps(before) + 1000) << to_descriptor(before) << " " << to_descriptor(after);
      ASSERT_LE(distance(before, after), 1) << to_descriptor(before) << " " << to_descriptor(after);
      const auto of = [](const Problem& problem) {
        return visit_problem([](const auto& p) { return numbers_of(p); }, problem);
      };
      const std::vector<Idx> x = of(before), y = of(after);
      numbers = x.size();
      for (std::size_t k = 0; k < x.size(); ++k)
        if (x[k] != y[k]) changed.insert(k);
    }
    EXPECT_EQ(changed.size(), numbers) << name_of(family);
  }
}

// ---- Seeds ----

std::vector<std::string> descriptors(const std::vector<Case>& cases) {
  std::vector<std::string> all;
  for (const Case& c : cases) all.push_back(to_descriptor(c.problem) + " " + c.data + " " + std::to_string(c.seed));
  return all;
}

TEST(DefaultCases, are_the_same_for_the_same_seed_and_in_another_order_for_another) {
  for (const Op op : {Op::conv2d_forward, Op::max_pool2d_backward, Op::relu_forward, Op::linear_backward_weight}) {
    const std::vector<std::string> first = descriptors(cases_of_run(op, 5));
    EXPECT_EQ(descriptors(cases_of_run(op, 5)), first);
    const std::vector<std::string> other = descriptors(cases_of_run(op, 6));
    std::size_t equal = 0;
    for (std::size_t n = 0; n < first.size(); ++n) equal += first[n] == other[n];
    EXPECT_LE(equal, first.size() / 10) << name_of(op);
  }
}

TEST(DefaultCases, with_and_without_large_ones_are_otherwise_the_same) {
  const auto seed_of = [](Idx n) { return static_cast<std::uint64_t>(1000 + n); };
  for (std::size_t k = 0; k < all_ops().size(); ++k) {
    const Op op = static_cast<Op>(k);
    const DefaultCases with(op, {}, 3), without = with.without_large();
    Idx large = 0;
    for (Idx n = 0; n < 500; ++n) {
      const DefaultCase a = with.at(n, seed_of), b = without.at(n, seed_of);
      EXPECT_TRUE(b.data.empty()) << text_of(op, b.problem);
      EXPECT_LE(operation_of(op, b.problem).elements(), 4 * many_elements) << text_of(op, b.problem);
      if (a.data.empty())
        EXPECT_EQ(to_descriptor(a.problem), to_descriptor(b.problem)) << n;
      else
        ++large;
    }
    EXPECT_GE(large, 2) << name_of(op);
  }
}

// ---- Sized problems ----

TEST(SizedProblem, has_what_is_wanted_or_is_none) {
  RandomChoices choices(tests::test_seed());
  Idx found = 0, none = 0;
  for (int n = 0; n < tests::scaled(4'000); ++n) {
    const Op op = static_cast<Op>(n % 12);
    const std::vector<SizedAxis>& axes = sized_axes(op);
    const auto any = [&](const auto& list) {
      return list[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(list.size()) - 1))];
    };
    W wanted;
    std::vector<SizedAxis> asked;
    asked.reserve(3);  // the wishes hold pointers to these names
    for (Idx axis = choices.pick(1, 3); axis > 0; --axis) {
      asked.push_back(any(axes));
      wanted[asked.back().name] = any(size_boundaries);
    }
    const SizedLimits limits;
    const std::optional<Problem> p = draw_sized(choices, op, wanted, limits);
    ++(p ? found : none);
    if (!p) continue;
    ASSERT_TRUE(check(*p).ok()) << text_of(op, *p);
    for (const SizedAxis& axis : asked)
      EXPECT_EQ(axis.of(*p), wanted.of(axis.name)) << axis.name << " " << text_of(op, *p);
    EXPECT_LE(taps(*p), limits.most_taps) << text_of(op, *p);
    EXPECT_LE(operation_of(op, *p).elements(), static_cast<double>(limits.most_elements)) << text_of(op, *p);
  }
  EXPECT_GT(found, none);
  EXPECT_GT(none, 0) << "some wishes contradict each other";
}

TEST(SizedProblem, of_wishes_that_contradict_each_other_is_none) {
  RandomChoices choices(tests::test_seed());
  const auto is_none = [&](Op op, const W& wanted) {
    for (int n = 0; n < 20; ++n)
      if (draw_sized(choices, op, wanted)) return false;
    return true;
  };
  const Op op = Op::conv2d_forward;
  EXPECT_TRUE(is_none(op, {{"groups", 2}, {"input channels", 17}}));
  EXPECT_TRUE(is_none(op, {{"groups", 2}, {"output channels", 31}}));
  EXPECT_TRUE(is_none(op, {{"input channels", 8}, {"input channels per group", 3}}));
  EXPECT_TRUE(is_none(op, {{"input height", 8}, {"output height", 64}}));
  EXPECT_TRUE(is_none(op, {{"kernel height", 3}, {"cells of the window", 8}}));
  EXPECT_TRUE(is_none(op, {{"kernel height", 2}, {"kernel width", 2}, {"cells of the window", 8}}));
  EXPECT_TRUE(is_none(op, {{"input channels per group", 5}, {"terms of a sum", 8}}));
  EXPECT_TRUE(is_none(Op::max_pool2d_forward, {{"kernel width", 5}, {"cells of the window", 64}}));
  // Each of these has a counterpart that is possible.
  EXPECT_FALSE(is_none(op, {{"groups", 2}, {"input channels", 16}, {"output channels", 32}}));
  EXPECT_FALSE(is_none(op, {{"input channels", 9}, {"input channels per group", 3}}));
  EXPECT_FALSE(is_none(op, {{"input height", 16}, {"output height", 8}}));
  EXPECT_FALSE(is_none(op, {{"kernel height", 4}, {"kernel width", 2}, {"cells of the window", 8}}));
  EXPECT_FALSE(is_none(op, {{"input channels per group", 4}, {"terms of a sum", 8}}));
}

TEST(SizedProblem, that_is_too_dear_is_none) {
  RandomChoices choices(tests::test_seed());
  const W image{{"input height", 257}, {"input width", 257}};
  EXPECT_FALSE(draw_sized(choices, Op::conv2d_forward, image));
  EXPECT_FALSE(draw_sized(choices, Op::linear_forward, {{"input features", 257}, {"output features", 257}}));
  constexpr Idx many = Idx{1} << 20;
  EXPECT_TRUE(draw_sized(choices, Op::linear_forward, {{"input features", 257}, {"output features", 257}},
                         {.most_taps = many, .most_elements = many, .most_elements_of_calls = many}));
}

TEST(FastPaths, are_valid_and_affordable_and_of_every_kind) {
  Idx depthwise = 0, pointwise = 0, rows = 0, whole = 0, ignoring = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    RandomChoices choices(seed);
    const Problem problem = draw_fast_path(choices, layer_id(all_ops()[seed % all_ops().size()]));
    ASSERT_TRUE(check(problem).ok()) << to_descriptor(problem);
    ASSERT_LE(taps(problem), 100'000) << to_descriptor(problem);
    if (const auto* p = problem.as_if<cnnspec_conv2d>()) {
      ASSERT_LE(x_count(*p) + y_count(*p), 6'000) << to_descriptor(problem);
      const bool is_point = p->kernel_height * p->kernel_width == 1;
      depthwise += p->groups == p->in_channels && p->groups > 1, pointwise += is_point && p->groups == 1;
      ignoring += is_point && p->groups > 1 && p->dilation_width > 1 && p->pad_left > 0;  // the dilation
      rows += p->kernel_height == 1 && p->kernel_width > 1;
      whole += p->out_height * p->out_width == 1 && p->in_height > 1;
    }
  }
  for (const Idx count : {depthwise, pointwise, rows, whole, ignoring}) EXPECT_GE(count, 100);
}

}  // namespace
}  // namespace cnnspec::checks

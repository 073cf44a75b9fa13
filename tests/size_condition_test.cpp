// How a failure depends on sizes: finds rules of the kinds that kernels follow, and reports nothing if a size does not
// matter.
#include "checks/judge/size_condition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {
namespace {

using Rule = std::function<bool(Idx)>;

std::vector<std::string> words_of(const Dependence& d) {
  std::vector<std::string> words;
  for (const SizeCondition& c : d.conditions) words.push_back(c.in_words());
  return words;
}

/// The result if sizes of that axis fail by this rule, starting from the least size that fails.
std::vector<std::string> found(LayerId family, const char* plainest, const std::string& axis_name, const Rule& rule) {
  const std::vector<SizeAxis> axes = size_axes(family);
  const auto axis = std::ranges::find(axes, axis_name, &SizeAxis::name);
  Idx least = axis->least;
  while (!rule(least)) ++least;
  const std::optional<Problem> problem = axis->with(parse_descriptor(family, plainest), least);
  return words_of(
      dependence_on_sizes(*problem, [&](const Problem& p) -> std::optional<bool> { return rule(axis->value(p)); }));
}
std::vector<std::string> found(const Rule& rule) { return found(LayerId::linear, "mb1ic1oc1", "input features", rule); }

using Words = std::vector<std::string>;

constexpr Idx sizes[]{8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256};

TEST(SizeCondition, is_found_of_every_kind) {
  for (const Idx n : sizes) {
    const std::string many = std::to_string(n), next = std::to_string(n + 1);
    EXPECT_EQ(found([&](Idx v) { return v >= n; }), Words{"from " + many + " input features on"});
    EXPECT_EQ(found([&](Idx v) { return v == n; }), Words{"only at " + many + " input features"});
    EXPECT_EQ(found([&](Idx v) { return v % n == 0; }), Words{"input features, their number a multiple of " + many});
    EXPECT_EQ(found([&](Idx v) { return v > n && v % n != 0; }),
              Words{"from " + next + " input features on, their number no multiple of " + many});
    EXPECT_EQ(found([&](Idx v) { return n < v && v < 2 * n; }),
              Words{"from " + next + " to " + std::to_string(2 * n - 1) + " input features"});
  }
  EXPECT_EQ(found([](Idx v) { return v == 1; }), Words{"only at 1 input feature"});
  EXPECT_EQ(found([](Idx v) { return v <= 20; }), Words{"up to 20 input features"});
  for (const Idx n : {2, 3, 4, 8, 9, 16, 17, 32, 33})
    EXPECT_EQ(found([&](Idx v) { return v % n != 0; }),
              Words{"input features, their number no multiple of " + std::to_string(n)});
  EXPECT_EQ(found([](Idx v) { return v <= 32; }), Words{"up to 32 input features"});
  EXPECT_EQ(found(LayerId::conv2d, "mb1ic1ih9oc1oh9kh1", "pad_top", [](Idx v) { return v == 0; }),
            Words{"only at pad_top = 0"});
  EXPECT_EQ(found([](Idx v) { return 512 < v && v < 1024; }), Words{"from 513 to 1,023 input features"});
}

TEST(SizeCondition, is_not_found_where_no_size_matters) {
  EXPECT_EQ(found([](Idx) { return true; }), Words{});
  const auto always = [](const Problem&) -> std::optional<bool> { return true; };
  EXPECT_EQ(words_of(dependence_on_sizes(parse_descriptor(LayerId::conv2d, "mb1ic1ih1oc1kh1"), always)), Words{});
  // Nor if no problem may be tried.
  const auto never = [](const Problem&) -> std::optional<bool> { return {}; };
  for (const SizeCondition& c :
       dependence_on_sizes(parse_descriptor(LayerId::conv2d, "mb1ic16ih1oc1kh1"), never).conditions)
    EXPECT_EQ(c.probed, 16) << c.in_words();
}

TEST(SizeCondition, is_found_on_every_axis) {
  for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear})
    for (const SizeAxis& axis : size_axes(family)) {
      if (!axis.counted) continue;
      const char* const plainest[]{"mb1ic1ih1oc1kh1", "mb1ic1ih1kh1", "1", "mb1ic1oc1"};
      for (const Idx n : {16, 33}) {
        const Words words =
            found(family, plainest[static_cast<std::size_t>(family)], axis.name, [&](Idx v) { return v >= n; });
        ASSERT_GE(words.size(), 1u) << axis.name;
        const std::string wanted = "from " + std::to_string(n) + " " + axis.name.substr(0, axis.name.find(" of each"));
        EXPECT_TRUE(std::ranges::any_of(words, [&](const std::string& w) { return w.starts_with(wanted); }))
            << axis.name << ": " << words.front();
      }
    }
}

TEST(SizeCondition, tells_a_number_of_cells_from_a_width) {
  const auto words = [](const auto& fails) {
    return words_of(dependence_on_sizes(parse_descriptor(LayerId::max_pool2d, "mb1ic1ih1iw17kh1kw17"), fails));
  };
  const auto cells = [](const Problem& problem) -> std::optional<bool> {
    const auto& p = problem.as<cnnspec_pool2d>();
    return p.kernel_height * p.kernel_width > 16;
  };
  const auto width = [](const Problem& problem) -> std::optional<bool> {
    return problem.as<cnnspec_pool2d>().kernel_width > 16;
  };
  EXPECT_EQ(words(cells), Words{"from 17 cells of the window on"});
  EXPECT_EQ(words(width), Words{"from 17 columns of the window on"});
}

TEST(SizeCondition, holds_for_the_sizes_that_it_names) {
  SizeCondition c;
  c.from = 17, c.factor = 16, c.off = true;
  EXPECT_TRUE(c.holds(17) && c.holds(31) && !c.holds(32) && !c.holds(15) && c.holds(33));
  c.off = false;
  EXPECT_TRUE(!c.holds(16) && c.holds(32) && !c.holds(33));
  c = {}, c.from = 3, c.to = 5;
  EXPECT_TRUE(!c.holds(2) && c.holds(3) && c.holds(5) && !c.holds(6));
}

}  // namespace
}  // namespace cnnspec::checks

// A sample of a large output: each part, computed as a separate problem, gives the elements of the whole output.
#include "checks/expect/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "checks/data/exact_data.hpp"
#include "checks/expect/expectation.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

Operands<double> integers(const Operation& o, std::uint64_t seed) {
  Operands<double> inputs = draw_integers(o, plan_exact(o, ieee(DType::f64)), seed, 0);
  if (o.takes_bias() && seed % 4 == 0) inputs.back().clear();
  return inputs;
}

class Sample : public testing::TestWithParam<Op> {};

TEST_P(Sample, parts_are_what_the_whole_consists_of) {
  RandomChoices choices(tests::test_seed());
  Limits limits;
  limits.max_taps = 20'000;
  for (int n = 0; n < tests::scaled(20); ++n) {
    const Operation o = operation_of(GetParam(), draw_problem(choices, layer_id(GetParam()), limits));
    const Operands<double> inputs = integers(o, choices.seed());
    const std::vector<double> whole = run_spec(o, inputs);
    std::vector<int> covered(whole.size());
    for (Idx plane = 0; plane < planes_of(o); ++plane) {
      const Part part = part_of(o, plane);
      const std::vector<double> results = run_spec(part.operation, part.inputs(inputs));
      ASSERT_EQ(results.size(), part.outputs.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        const auto to = static_cast<std::size_t>(part.outputs[i]);
        ASSERT_EQ(results[i], whole[to]) << to_descriptor(o.problem) << ", plane " << plane;
        ++covered[to];
      }
    }
    EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), static_cast<Idx>(covered.size()));
  }
}

TEST_P(Sample, has_the_first_plane_and_the_last_and_as_many_as_were_asked_for) {
  RandomChoices choices(tests::test_seed());
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Operation o = operation_of(GetParam(), draw_problem(choices, layer_id(GetParam())));
    const Idx all = planes_of(o), plane_size = o.output_count() / all;
    for (const Idx elements : {Idx{1}, Idx{10}, o.output_count()}) {
      const std::vector<Idx> planes = draw_planes(o, elements, seed);
      EXPECT_EQ(planes.front(), 0);
      EXPECT_EQ(planes.back(), all - 1);
      EXPECT_TRUE(std::adjacent_find(planes.begin(), planes.end(), std::greater_equal<>()) == planes.end());
      const auto drawn = static_cast<Idx>(planes.size());
      EXPECT_GE(drawn * plane_size, std::min(elements, o.output_count()));
      EXPECT_LE(drawn, std::max(Idx{2}, (elements + plane_size - 1) / plane_size));
      EXPECT_EQ(planes, draw_planes(o, elements, seed));
    }
  }
}

TEST_P(Sample, expects_on_it_what_is_expected_of_the_whole_and_judges_nothing_else) {
  RandomChoices choices(tests::test_seed() + 1);
  const Arithmetic a = ieee(DType::f32);
  for (int n = 0; n < tests::scaled(10); ++n) {
    const Operation o = operation_of(GetParam(), draw_problem(choices, layer_id(GetParam())));
    const Operands<double> inputs = draw_integers(o, plan_exact(o, a), choices.seed(), 0);
    const Expectation all = expect(o, a, inputs), sample = expect(o, a, inputs, 1, choices.seed());
    EXPECT_TRUE(std::ranges::is_sorted(sample.places));
    const Expectation some = in_full(sample, o.output_count()), again = at_places(all, sample.places);
    EXPECT_EQ(again.values, sample.places.empty() ? all.values : sample.values);
    ASSERT_EQ(some.values.size(), all.values.size());
    Idx judged = 0;
    for (std::size_t i = 0; i < all.values.size(); ++i) {
      if (std::isnan(some.bound(i))) continue;
      ++judged;
      EXPECT_EQ(some.values[i], all.values[i]);
      EXPECT_EQ(some.bound(i), all.bound(i));
      EXPECT_EQ(some.terms[i], all.terms[i]);
    }
    const Idx planes = planes_of(o);
    EXPECT_EQ(judged, std::min(Idx{2}, planes) * (o.output_count() / planes));
  }
}

std::vector<Op> all_operations() {
  std::vector<Op> ops;
  ops = all_ops();
  return ops;
}
INSTANTIATE_TEST_SUITE_P(Operation, Sample, testing::ValuesIn(all_operations()),
                         [](const auto& op) { return std::string(name_of(op.param)); });

}  // namespace
}  // namespace cnnspec::checks

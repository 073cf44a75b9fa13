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
    for (const Box& box : draw_boxes(o, o.output_count(), 0)) {
      const Part part = part_of(o, box);
      const std::vector<double> results = run_spec(part.operation, part.inputs(inputs));
      ASSERT_EQ(results.size(), part.outputs.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        const auto to = static_cast<std::size_t>(part.outputs[i]);
        ASSERT_EQ(results[i], whole[to]) << to_descriptor(o.problem) << ", element " << to;
        EXPECT_EQ(box_with(o, part.outputs[i]), box);
        ++covered[to];
      }
    }
    EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), static_cast<Idx>(covered.size()));
  }
}

/// How many elements have a box of their own.
Idx boxes_of(const Operation& o) { return std::ssize(draw_boxes(o, o.output_count(), 0)); }

TEST_P(Sample, has_the_first_element_and_the_last_and_as_many_as_were_asked_for) {
  RandomChoices choices(tests::test_seed());
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Operation o = operation_of(GetParam(), draw_problem(choices, layer_id(GetParam())));
    const Idx all = boxes_of(o), size = o.output_count() / all;
    for (const Idx elements : {Idx{1}, Idx{10}, o.output_count()}) {
      const std::vector<Box> boxes = draw_boxes(o, elements, seed);
      EXPECT_EQ(boxes.front(), box_with(o, 0));
      EXPECT_EQ(boxes.back(), box_with(o, o.output_count() - 1));
      EXPECT_TRUE(std::adjacent_find(boxes.begin(), boxes.end(), std::greater_equal<>()) == boxes.end());
      EXPECT_EQ(std::ssize(boxes), std::min(all, std::max(Idx{2}, (elements + size - 1) / size)));
      EXPECT_EQ(boxes, draw_boxes(o, elements, seed));
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
    const Idx boxes = boxes_of(o);
    EXPECT_EQ(judged, std::min(Idx{2}, boxes) * (o.output_count() / boxes));
  }
}

/// The problem of a descriptor, as a convolution.
Operation convolution(const char* name, const char* descriptor) {
  const Op op = find_pass(name)->op;
  return operation_of(op, parse_descriptor(layer_id(op), descriptor));
}

TEST(SampleOfAConvolution, has_elements_at_every_border_at_the_ends_of_blocks_and_between_them) {
  const Operation o = convolution("conv2d_forward", "mb3ic8ih70iw100oc67kh3ph1");
  std::vector<std::vector<bool>> met;
  for (const Idx extent : o.outputs.front().extents) met.emplace_back(static_cast<std::size_t>(extent));
  for (const Box& box : draw_boxes(o, 1024, 1))
    for (std::size_t axis = 0; axis < box.size(); ++axis) met[axis][static_cast<std::size_t>(box[axis].first)] = true;
  for (const Idx edge : {0, 1, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 65, 66})
    EXPECT_TRUE(met[1][static_cast<std::size_t>(edge)]) << edge;
  for (const Idx edge : {0, 1, 63, 64, 95, 96, 98, 99}) EXPECT_TRUE(met[3][static_cast<std::size_t>(edge)]) << edge;
  EXPECT_GT(std::ranges::count(met[3], true), 90);
}

TEST(SampleOfAConvolution, takes_only_the_inputs_of_its_own_terms) {
  constexpr Idx cells_of_a_step = 2 * 2;  // x has cells between those that a kernel of one cell meets
  for (const char* const name : {"conv2d_forward", "conv2d_backward_input", "conv2d_backward_kernel"}) {
    const Operation o = convolution(name, "g2mb2ic8oc12_ih40kh3sh2ph3_iw31kw5pw2");
    for (const Box& box : draw_boxes(o, 100, 2)) {
      const Part part = part_of(o, box);
      ASSERT_EQ(part.outputs.size(), 1u);
      for (std::size_t i = 0; i < 2; ++i)
        EXPECT_LE(std::ssize(part.sources[i]), o.most_terms() * cells_of_a_step) << name;
    }
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

// The threshold grid (checks/bench/threshold_grid.hpp): its kernels have the mistakes that they claim, and the default
// run convicts a sample of them. All of them: ./cnnspec bench --only grid.
#include "checks/bench/threshold_grid.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

const char* problem_of(LayerId family) {
  switch (family) {
    case LayerId::conv2d:
      return "mb2ic2oc3_ih5oh5kh3ph1";
    case LayerId::max_pool2d:
      return "mb2ic2_ih4oh4kh1";  // every cell is the maximum of its window
    case LayerId::relu:
      return "7";
    case LayerId::linear:
      return "mb2ic3oc4";
    case LayerId::avg_pool2d:
      return "mb2ic2_ih5oh4kh2_div1";  // sums
    default:
      break;
  }
  return "";
}

/// The kernel's result if all inputs are 1.
std::vector<float> result_on_ones(Op op, const ThresholdMistake& mistake) {
  const Operation operation = operation_of(op, parse_descriptor(layer_id(op), problem_of(layer_id(op))));
  std::vector<std::vector<float>> inputs;
  std::vector<const void*> pointers;
  for (const TensorInfo& t : operation.inputs)
    pointers.push_back(inputs.emplace_back(static_cast<std::size_t>(t.count()), 1.0f).data());
  std::vector<float> output(static_cast<std::size_t>(operation.output_count()));
  threshold_mistake = mistake;
  void* const outputs[]{output.data()};
  EXPECT_EQ(call(threshold_kernel(), op, DType::f32, operation.problem, pointers.data(), outputs), CNNSPEC_DONE);
  threshold_mistake = {};
  return output;
}

TEST(ThresholdKernel, leaves_one_term_of_one_element_out_where_its_mistake_is_made_and_nothing_elsewhere) {
  for (const GridKernel& g : grid_kernels(16)) {
    const Problem problem = parse_descriptor(layer_id(g.op), problem_of(layer_id(g.op)));
    const Idx size = g.mistake.axis->size(problem, g.op);
    const std::vector<float> right = result_on_ones(g.op, {});
    EXPECT_EQ(result_on_ones(g.op, {g.mistake.axis, ThresholdKind::from, size + 1}), right) << describe(g);
    const std::vector<float> wrong = result_on_ones(g.op, {g.mistake.axis, ThresholdKind::at, size});
    std::vector<float> differences;
    for (std::size_t n = 0; n < right.size(); ++n)
      if (wrong[n] != right[n]) differences.push_back(right[n] - wrong[n]);
    ASSERT_EQ(differences.size(), 1u) << describe(g);
    if (g.op != Op::max_pool2d_forward) {
      EXPECT_EQ(differences[0], 1) << describe(g);
    }
  }
}

TEST(ThresholdMistake, is_made_at_the_sizes_that_its_kind_says) {
  const auto sizes = [](ThresholdKind kind) {
    std::vector<Idx> made;
    for (Idx size = 1; size <= 20; ++size)
      if (ThresholdMistake{nullptr, kind, 8}.is_made_at(size)) made.push_back(size);
    return made;
  };
  EXPECT_EQ(sizes(ThresholdKind::from), (std::vector<Idx>{8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
  EXPECT_EQ(sizes(ThresholdKind::at), (std::vector<Idx>{8}));
  EXPECT_EQ(sizes(ThresholdKind::multiples), (std::vector<Idx>{8, 16}));
  EXPECT_EQ(sizes(ThresholdKind::off_multiples), (std::vector<Idx>{9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20}));
}

TEST(GridKernels, have_every_axis_kind_and_size_of_every_operation) {
  // 14 axes of convolution, 9 of each pooling, 1 of relu and 3 of linear.
  EXPECT_EQ(grid_kernels().size(), (4u * 14 + 2 * 9 + 2 * 9 + 2 * 1 + 4 * 3) * threshold_kind_names.size() * 16);
}

class ThresholdGrid : public testing::TestWithParam<Op> {};

TEST_P(ThresholdGrid, a_sample_is_convicted_by_the_default_run) {
  constexpr Idx step = 7;  // prime to the number of sizes and of kinds
  std::vector<GridKernel> sample;
  for (const GridKernel& g : grid_kernels(step))
    if (g.op == GetParam()) sample.push_back(g);
  ASSERT_FALSE(sample.empty());
  const std::vector<Idx> cases = cases_until_convicted(sample, GetParam(), default_run(GetParam(), test_seed()));
  for (std::size_t n = 0; n < sample.size(); ++n) EXPECT_GT(cases[n], 0) << "not convicted: " << describe(sample[n]);
}

TEST_P(ThresholdGrid, what_makes_no_mistake_is_not_convicted) {
  JudgeOptions few = default_run(GetParam(), test_seed());
  few.cases = scaled(20);
  const CaseList cases(few);
  for (Idx n = 0; n < cases.size(); ++n)
    EXPECT_FALSE(judge_case(threshold_kernel(), cases.at(n)).failure) << name_of(GetParam());
}

std::vector<Op> all_operations() {
  std::vector<Op> all;
  all = all_ops();
  return all;
}
INSTANTIATE_TEST_SUITE_P(Of, ThresholdGrid, testing::ValuesIn(all_operations()),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace cnnspec::tests

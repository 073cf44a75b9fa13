// The families of data that have several sets or target one kind of mistake: each set by its name, sorted data for
// kernels that take the first or the last cell, and small integers for half types.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "checks/data/data.hpp"
#include "checks/layers/max_pool2d/cells.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/operation.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::uint64_t seed_of_sets = 5;

std::vector<DataSet> all_sets(const Operation& o, DType dtype, const std::string& data = "") {
  return make_data(o, arithmetic_for(dtype, nullptr), seed_of_sets, data);
}

TEST(DataOfPeaks, is_one_set_for_each_cell_each_by_its_name) {
  for (const Op op : {Op::max_pool2d_forward, Op::max_pool2d_backward}) {
    const Operation o = tests::operation(op, "mb2ic2ih5oh4kh3sh1ph0_iw6ow3kw2sw2pw0");
    std::vector<DataSet> peaks = all_sets(o, DType::f32);
    std::erase_if(peaks, [](const DataSet& d) { return !d.family.starts_with("peaks:"); });
    ASSERT_EQ(std::ssize(peaks), 6);
    for (Idx n = 0; n < std::ssize(peaks); ++n) {
      const DataSet& set = peaks[static_cast<std::size_t>(n)];
      EXPECT_EQ(set.family, "peaks:" + std::to_string(n));
      const std::vector<DataSet> named = all_sets(o, DType::f32, set.family);
      ASSERT_EQ(named.size(), 1u);
      EXPECT_EQ(named[0].inputs, set.inputs);
      EXPECT_EQ(named[0].expected.values, set.expected.values);
    }
    for (const char* name : {"peaks:6", "peaks:-1", "peaks:", "peaks:1x", "peaks:x", "peaks:99999999999999999999"})
      EXPECT_THROW(all_sets(o, DType::f32, name), UsageError) << name;
  }
  EXPECT_THROW(all_sets(tests::operation(Op::relu_forward, "9"), DType::f32, "peaks:0"), UsageError);
}

TEST(DataOfPooling, is_sorted_in_the_order_of_memory) {
  const Operation o = tests::operation(Op::max_pool2d_forward, "mb2ic3ih9oh7kh3");
  const std::vector<double> up = all_sets(o, DType::f32, "ascending")[0].inputs[0],
                            down = all_sets(o, DType::f32, "descending")[0].inputs[0];
  EXPECT_EQ(std::ranges::adjacent_find(up, std::greater_equal<>()), up.end());
  EXPECT_EQ(std::ranges::adjacent_find(down, std::less_equal<>()), down.end());
  EXPECT_LT(up.front(), 0);
  EXPECT_GT(up.back(), 0);
}

TEST(DataOfPooling, that_is_sorted_begins_anew_where_the_type_has_no_more_integers) {
  const Operation o = tests::operation(Op::max_pool2d_forward, "mb1ic1ih30oh28kh3");
  const std::vector<double> x = all_sets(o, DType::bf16, "ascending")[0].inputs[0];
  Idx descents = 0;
  for (std::size_t n = 1; n < x.size(); ++n) {
    EXPECT_TRUE(x[n] == x[n - 1] + 1 || x[n] == -128) << x[n];
    descents += x[n] < x[n - 1];
  }
  EXPECT_EQ(descents, 3) << "900 elements, and 256 integers";
  for (const double v : x) EXPECT_EQ(rounded_to(DType::bf16, v), v);
}

TEST(DataOfSmallIntegers, is_for_half_types_and_its_sums_are_exact) {
  const auto has_small = [](const std::vector<DataSet>& sets) {
    return std::ranges::any_of(sets, [](const DataSet& d) { return d.family == "exact-small"; });
  };
  for (const auto& [op, descriptor] : {std::pair{Op::linear_forward, "mb2ic600oc3"},
                                       std::pair{Op::conv2d_backward_bias, "mb2ic1ih9oc3kh1"}}) {
    const Operation o = tests::operation(op, descriptor);
    EXPECT_FALSE(has_small(all_sets(o, DType::f32)));
    for (const DType dtype : {DType::f16, DType::bf16}) {
      EXPECT_TRUE(has_small(all_sets(o, dtype)));
      const DataSet set = all_sets(o, dtype, "exact-small").at(0);
      for (const std::vector<double>& v : set.inputs)
        for (const double e : v) EXPECT_EQ(std::fabs(std::fmod(e, 2)), 1) << "odd, and so never zero";
      const std::vector<double> exact = run_spec(o, set.inputs);
      for (std::size_t n = 0; n < exact.size(); ++n) {
        EXPECT_EQ(set.expected.bound(n), 0);
        EXPECT_EQ(static_cast<double>(set.expected.values[n]), rounded_to(dtype, exact[n]));
      }
    }
  }
}

}  // namespace
}  // namespace cnnspec::checks

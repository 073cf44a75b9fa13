// Each convention on numbers that can be worked by hand: results that follow it are right, other results are wrong. The
// definition's result is wrong too if the numbers distinguish it.
#include "checks/conventions/expect_under.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "checks/conventions/page.hpp"
#include "checks/judge/comparison.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

using Values = std::vector<double>;

constexpr double largest = std::numeric_limits<float>::max();
constexpr double tiny = 0x1p-140;

ConventionSet named(const std::string& names) { return ConventionSet::named(names, "--accept"); }

struct Question {
  Op op;
  std::string problem;
  Operands<double> inputs;

  Operation operation() const { return operation_of(op, parse_descriptor(layer_id(op), problem)); }
  bool is_right(const std::string& names, const Values& actual) const {
    const Rules rules = names.empty() ? Rules{} : named(names).rules();
    return std::ranges::any_of(expect_under(rules, operation(), ieee(DType::f32), inputs),
                               [&](const Expectation& e) { return compare(actual, e).elements_wrong == 0; });
  }
  /// `right` is right only under these conventions; without them, only `definition` is right.
  void expect(const std::string& names, const Values& right, const Values& wrong, const Values& definition) const {
    EXPECT_TRUE(is_right(names, right)) << names;
    EXPECT_FALSE(is_right(names, wrong)) << names;
    EXPECT_TRUE(is_right("", definition)) << names;
    EXPECT_FALSE(is_right("", right)) << names;
  }
};

Question window(Op op, const Values& x, const Values& dy = {}) {
  const std::string width = std::to_string(x.size());
  Operands<double> inputs{x};
  if (op == Op::max_pool2d_backward) inputs.push_back(dy);
  return {op, "mb1ic1_ih1oh1kh1_iw" + width + "ow1kw" + width, inputs};
}
Question forward(const Values& x) { return window(Op::max_pool2d_forward, x); }
Question backward(const Values& x, double dy = 8) { return window(Op::max_pool2d_backward, x, {dy}); }
Question relu(const Values& x) { return {Op::relu_forward, std::to_string(x.size()), {x}}; }
Question relu_gradient(const Values& x, const Values& dy) {
  return {Op::relu_backward, std::to_string(x.size()), {x, dy}};
}

// ---- Max pooling ----

TEST(ExpectUnder, ties_go_to_the_last_to_all_or_are_shared) {
  const Question tie = backward({2, 3, 3, 3}, 6);
  tie.expect("ties-last", {0, 0, 0, 6}, {0, 0, 6, 0}, {0, 6, 0, 0});
  tie.expect("ties-all", {0, 6, 6, 6}, {0, 6, 6, 0}, {0, 6, 0, 0});
  tie.expect("ties-shared", {0, 2, 2, 2}, {0, 3, 3, 0}, {0, 6, 0, 0});
  for (const char* names : {"ties-last", "ties-all", "ties-shared"}) {
    EXPECT_FALSE(tie.is_right(names, {0, 6, 0, 0})) << "the definition, under " << names;
    EXPECT_TRUE(backward({2, 5, 3}).is_right(names, {0, 8, 0})) << "no tie";
  }
}

TEST(ExpectUnder, shares_may_be_rounded_twice_and_no_more) {
  const Question tie = backward({1, 1, 1}, 1);
  const float third = 1.0f / 3, next = std::nextafter(third, 1.0f), far = std::nextafter(next, 1.0f);
  EXPECT_TRUE(tie.is_right("ties-shared", {third, third, next}));
  EXPECT_FALSE(tie.is_right("ties-shared", {third, third, std::nextafter(far, 1.0f)}));
}

TEST(ExpectUnder, nan_in_a_window_is_ignored_or_counts_first) {
  forward({1, nan, 3}).expect("nan-ignored", {3}, {1}, {nan});
  forward({nan, 1, 3}).expect("nan-ignored", {3}, {1}, {nan});
  EXPECT_FALSE(forward({nan, 1, 3}).is_right("nan-ignored", {nan}));
  forward({1, nan, 3}).expect("nan-first", {3}, {1}, {nan});
  EXPECT_TRUE(forward({nan, 1, 3}).is_right("nan-first", {nan}));
  EXPECT_FALSE(forward({nan, 1, 3}).is_right("nan-first", {3}));
  for (const double all : {nan, -infinity}) EXPECT_TRUE(forward({nan, nan}).is_right("nan-ignored", {all}));
  EXPECT_FALSE(forward({nan, nan}).is_right("nan-ignored", {0}));
  backward({1, nan, 3}).expect("nan-ignored", {0, 0, 8}, {8, 0, 0}, {0, 8, 0});
  backward({nan, 1, nan}).expect("nan-first", {8, 0, 0}, {0, 8, 0}, {0, 0, 8});
}

TEST(ExpectUnder, an_empty_window_has_the_lowest_number_and_may_lose_its_gradient) {
  const Values x{-infinity, -infinity};
  forward(x).expect("lowest-for-empty", {-largest}, {0}, {-infinity});
  EXPECT_FALSE(forward(x).is_right("lowest-for-empty", {-infinity}));
  backward(x).expect("lowest-for-empty", {0, 0}, {0, 8}, {8, 0});
  EXPECT_TRUE(backward(x).is_right("lowest-for-empty", {8, 0}));
  EXPECT_TRUE(forward({-infinity, -largest}).is_right("lowest-for-empty", {-largest}));
  EXPECT_FALSE(backward({-infinity, -1}).is_right("lowest-for-empty", {0, 0})) << "not empty";
}

TEST(ExpectUnder, only_windows_that_begin_in_the_padding_may_lose_it) {
  const Question two{Op::max_pool2d_backward,
                     "mb1ic1_ih1oh1kh1_iw4ow2kw3sw2pw1",
                     {{-infinity, -infinity, -infinity, -infinity}, {4, 8}}};
  EXPECT_TRUE(two.is_right("lowest-for-empty", {0, 8, 0, 0}));
  EXPECT_TRUE(two.is_right("lowest-for-empty", {0, 0, 0, 0}));
  EXPECT_FALSE(two.is_right("lowest-for-empty", {4, 0, 0, 0}));
}

// ---- ReLU ----

TEST(ExpectUnder, relu_makes_zero_of_nan) {
  relu({nan, 2, -1}).expect("nan-to-zero", {0, 2, 0}, {0, 0, 0}, {nan, 2, 0});
  relu_gradient({nan, 2}, {8, 8}).expect("nan-to-zero", {0, 8}, {0, 0}, {8, 8});
}

TEST(ExpectUnder, relu_at_zero_has_half_a_gradient_or_all_of_it) {
  const Question q = relu_gradient({0, -0.0, 1, -1}, {8, 6, 4, 2});
  q.expect("relu-grad-half", {4, 3, 4, 0}, {4, 3, 4, 1}, {0, 0, 4, 0});
  q.expect("relu-grad-one", {8, 6, 4, 0}, {8, 0, 4, 0}, {0, 0, 4, 0});
  EXPECT_FALSE(q.is_right("relu-grad-half", {0, 0, 4, 0}));
  EXPECT_FALSE(q.is_right("relu-grad-one", {4, 3, 4, 0}));
}

// ---- Subnormal numbers ----

TEST(ExpectUnder, flushing_makes_zeros_and_ties_of_subnormal_numbers) {
  forward({0, tiny}).expect("ftz", {0}, {4 * tiny}, {tiny});
  EXPECT_TRUE(forward({0, tiny}).is_right("ftz", {tiny}));
  EXPECT_FALSE(forward({tiny, 1}).is_right("ftz", {0})) << "the maximum is normal";
  backward({0, tiny}).expect("ftz", {8, 0}, {8, 8}, {0, 8});
  EXPECT_FALSE(backward({0, 1}).is_right("ftz", {8, 0}));
  backward({0, 1}, tiny).expect("ftz", {0, 0}, {0, 3 * tiny}, {0, tiny});
  relu({tiny, -tiny, 1}).expect("ftz", {0, 0, 1}, {0, 0, 0}, {tiny, 0, 1});
  EXPECT_TRUE(relu({tiny, -tiny}).is_right("ftz", {tiny, -tiny})) << "equal to 0 in the comparison, and let through";
  EXPECT_FALSE(relu({-0x1p-126}).is_right("ftz", {-0x1p-126})) << "a normal number";
  relu_gradient({tiny, 1}, {8, tiny}).expect("ftz", {0, 0}, {4, 0}, {8, tiny});
  EXPECT_FALSE(relu_gradient({0x1p-126, 1}, {8, 1}).is_right("ftz", {0, 1}));
}

// ---- Factors ----

TEST(ExpectUnder, factors_are_rounded_as_in_the_profiles) {
  const Question q{Op::linear_forward, "mb1ic1oc1", {{2049}, {3}, {1}}};
  q.expect("tf32", {2048 * 3 + 1}, {2044 * 3 + 1}, {2049 * 3 + 1});
  q.expect("bf16", {2048 * 3 + 1}, {2032 * 3 + 1 - 16}, {2049 * 3 + 1});
  for (const char* name : {"tf32", "bf16"}) {
    const Operation o = q.operation();
    const Arithmetic profile = find_profile(name)->arithmetic(DType::f32);
    EXPECT_EQ(expect_under(named(name).rules(), o, ieee(DType::f32), q.inputs)[0].bounds,
              expect(o, profile, q.inputs).bounds)
        << "one rule";
  }
}

// ---- Padding ----

TEST(ExpectUnder, taps_in_the_padding_make_nan_of_an_infinite_factor) {
  const std::string padded = "mb1ic1oc1_ih1oh1kh1_iw3ow3kw3pw1";
  const Question y{Op::conv2d_forward, padded, {{1, 2, 3}, {infinity, 1, 1}, {}}};
  y.expect("padded-taps-multiplied", {nan, infinity, infinity}, {nan, nan, infinity}, {3, infinity, infinity});
  const Question dw{Op::conv2d_backward_kernel, padded, {{1, 2, 3}, {infinity, 1, 1}}};
  dw.expect("padded-taps-multiplied", {nan, infinity, infinity}, {nan, nan, infinity}, {3, infinity, infinity});
  const Question dx{Op::conv2d_backward_input, padded, {{infinity, 1, 1}, {1, 2, 3}}};
  dx.expect("padded-taps-multiplied", {infinity, infinity, nan}, {nan, infinity, nan}, {infinity, infinity, 5});
  EXPECT_TRUE(dx.is_right("padded-taps-multiplied", {infinity, infinity, 5})) << "or none of them";
  const Question finite{Op::conv2d_forward, padded, {{1, 2, 3}, {2, 1, 1}, {}}};
  EXPECT_FALSE(finite.is_right("padded-taps-multiplied", {nan, 7, 7}));
}

// ---- The registry ----

TEST(Conventions, have_names_of_their_own_and_change_something) {
  std::vector<std::string> names;
  for (const Convention& c : conventions()) {
    names.push_back(c.name);
    EXPECT_EQ(named(c.name).names(), c.name);
    bool is_any = false;
    for (const Op op : all_ops()) is_any = is_any || c.applies(op, DType::f32);
    EXPECT_TRUE(is_any) << c.name;
    EXPECT_FALSE(std::string(c.rule).empty() || std::string(c.proof).empty()) << c.name;
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Conventions, form_sets_with_at_most_one_of_each_group) {
  for (const ConventionSet set : sets_of_conventions(Op::max_pool2d_backward, DType::f32)) {
    EXPECT_FALSE(set.empty());
    EXPECT_FALSE(named("ties-all,ties-last").is_within(set)) << set.names();
    EXPECT_FALSE(named("nan-first,nan-ignored").is_within(set)) << set.names();
  }
  EXPECT_EQ(sets_of_conventions(Op::max_pool2d_backward, DType::f32).size(), 2 * 3 * 4 * 2 - 1);
  EXPECT_EQ(sets_of_conventions(Op::linear_backward_bias, DType::f32).size(), 1);
  EXPECT_EQ(sets_of_conventions(Op::linear_forward, DType::f64).size(), 1);
}

TEST(Conventions, are_refused_by_name) {
  EXPECT_THROW(named(""), UsageError);
  EXPECT_THROW(named("ftz,"), UsageError);
  try {
    named("ftz,tie-all");
    ADD_FAILURE();
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean \"ties-all\"?"), std::string::npos) << e.what();
  }
}

TEST(Conventions, that_can_change_nothing_on_the_data_are_not_relevant) {
  const auto relevant = [](const Question& q) {
    return relevant_to(q.operation(), ieee(DType::f32), q.inputs, conventions_of(q.op, DType::f32)).names();
  };
  EXPECT_EQ(relevant(forward({1, 2})), "");
  EXPECT_EQ(relevant(forward({1, nan})), "nan-ignored,nan-first,lowest-for-empty");
  EXPECT_EQ(relevant(forward({1, tiny})), "ftz");
  EXPECT_EQ(relevant(forward({1, -infinity})), "lowest-for-empty");
  EXPECT_EQ(relevant({Op::linear_forward, "mb1ic1oc1", {{257}, {1}, {}}}), "bf16");
  EXPECT_EQ(relevant({Op::linear_forward, "mb1ic1oc1", {{0x1p-80}, {0x1p-80}, {}}}), "ftz");
}

}  // namespace
}  // namespace cnnspec::checks

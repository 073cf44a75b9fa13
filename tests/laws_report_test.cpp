// The report on a broken law: the layer, law, tensor and entry, both values, the shrunk configuration, and a line that
// runs it again.
#include <gtest/gtest-spi.h>

#include <cstdlib>

#include "checks/layers/conv2d/laws.hpp"
#include "checks/layers/problems.hpp"
#include "checks/scalars/exact.hpp"
#include "tests/law_test.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

/// Adds the bias twice.
Conv2dFunctions<Int128> wrong_conv2d() {
  auto f = spec_conv2d<Int128>();
  f.forward_with_bias = [](const auto& x, const auto& w, const auto& b, const auto& g) {
    return conv2d(x, w, combination(1, b, 1, b), g);
  };
  return f;
}
const Conv2dLaw<Int128>& bias_law() {
  static const auto laws = conv2d_laws<Int128>();
  for (const auto& law : laws)
    if (law.judge == &L1_bias_is_added_once<Int128>) return law;
  throw std::logic_error("no such law");
}
cnnspec_conv2d problem() { return parse_descriptor(LayerId::conv2d, "mb1ic2ih5oc3oh3kh3sh2ph1").as<cnnspec_conv2d>(); }

TEST(Outcome, counts_what_agreed_and_keeps_the_first_difference) {
  const Vector<int> a(dyn_shape(3), {1, 2, 3}), b(dyn_shape(3), {1, 5, 6});
  Outcome outcome;
  outcome.equal("y", a, a);
  EXPECT_TRUE(outcome.holds());
  EXPECT_EQ(outcome.compared(), 3);
  outcome.equal("dx", a, b).equal("dw", b, a);
  ASSERT_FALSE(outcome.holds());
  EXPECT_EQ(outcome.finding()->tensor, "dx");
  EXPECT_EQ(outcome.finding()->index, std::vector<Idx>{1});
  EXPECT_EQ(outcome.finding()->expected, "2");
  EXPECT_EQ(outcome.finding()->actual, "5");
}
TEST(Outcome, is_a_difference_for_other_extents_and_for_NaN) {
  const Vector<double> nan(dyn_shape(1), {std::numeric_limits<double>::quiet_NaN()}), one(dyn_shape(1), {1});
  EXPECT_FALSE(Outcome().equal("y", one, nan).holds());
  EXPECT_FALSE(Outcome().equal("y", nan, nan).holds());
  EXPECT_EQ(Outcome().equal("y", one, Vector<double>(dyn_shape(2))).finding()->actual, "extents 2");
}

TEST(Finding, names_the_layer_the_law_the_entry_both_values_and_the_configuration) {
  const Outcome outcome = judge(bias_law(), wrong_conv2d(), problem(), 7);
  ASSERT_FALSE(outcome.holds());
  const Finding& f = *outcome.finding();
  EXPECT_EQ(f.layer, "conv2d");
  EXPECT_EQ(f.law, "L1");
  EXPECT_EQ(f.tensor, "y");
  EXPECT_EQ(f.index.size(), 3u);
  EXPECT_NE(f.expected, f.actual);
  EXPECT_EQ(text_of(f), "conv2d breaks L1: the bias is added once to each output\n  y[" + std::to_string(f.index[0]) +
                            ",0,0]: expected " + f.expected + ", got " + f.actual +
                            "\n  configuration: " + to_descriptor(problem()) + "\n  data seed: 7");
}
TEST(Finding, is_found_again_from_its_configuration_and_seed) {
  const Finding first = *judge(bias_law(), wrong_conv2d(), problem(), 7).finding();
  const auto p = parse_descriptor(LayerId::conv2d, first.configuration).as<cnnspec_conv2d>();
  EXPECT_EQ(text_of(*judge(bias_law(), wrong_conv2d(), p, first.data_seed).finding()), text_of(first));
}
TEST(Finding, is_made_of_a_result_with_other_extents_and_of_an_exception) {
  auto f = spec_conv2d<Int128>();
  f.forward = [](const auto& x, const auto&, const auto&) { return x; };
  EXPECT_NE(
      judge(conv2d_laws<Int128>(), f, problem(), 1).finding()->actual.find("C6: conv2d: y: expected an extent of"),
      std::string::npos);
  f.forward = [](const auto&, const auto&, const auto&) -> Image<Int128> { throw std::runtime_error("out of luck"); };
  EXPECT_EQ(judge(conv2d_laws<Int128>(), f, problem(), 1).finding()->actual, "out of luck");
}

/// The message of a failing test of the law; empty if it passes.
std::string failure_of(const Conv2dFunctions<Int128>& functions) {
  testing::TestPartResultArray failures;
  {
    testing::ScopedFakeTestPartResultReporter reporter(&failures);
    LawTest<Conv2dFunctions<Int128>, cnnspec_conv2d>(bias_law(), functions, rc::gen::arbitrary<cnnspec_conv2d>())
        .TestBody();
  }
  return failures.size() == 0 ? "" : failures.GetTestPartResult(0).message();
}

TEST(LawTest, passes_the_specification_and_shrinks_a_wrong_layer_to_a_plain_configuration) {
  EXPECT_EQ(failure_of(spec_conv2d<Int128>()), "");
  const std::string failure = failure_of(wrong_conv2d());
  const std::string plainest = to_descriptor(parse_descriptor(LayerId::conv2d, "mb1ic1ih1oc1kh1"));
  EXPECT_NE(failure.find("configuration: " + plainest + "\n"), std::string::npos) << failure;
  EXPECT_NE(failure.find("reproduce: CNNSPEC_CASE='0 " + plainest + "' "), std::string::npos) << failure;
}
TEST(LawTest, runs_one_case_alone_when_it_is_named) {
  setenv("CNNSPEC_CASE", "3 mb1ic1ih1oc1kh1", 1);
  const std::string failure = failure_of(wrong_conv2d()), none = failure_of(spec_conv2d<Int128>());
  unsetenv("CNNSPEC_CASE");
  EXPECT_NE(failure.find("data seed: 3"), std::string::npos) << failure;
  EXPECT_EQ(none, "");
}

// The laws' own scalars

TEST(Term, tells_sums_apart_by_their_order_but_not_by_the_order_of_two_operands) {
  const Term a(1, "a"), b(2, "b"), c(3, "c");
  EXPECT_FALSE((a + b) + c == a + (b + c));
  EXPECT_FALSE(Term(0) + a == a);
  EXPECT_TRUE((a + b) * c == c * (b + a));
  EXPECT_EQ(((a + b) + c).str(), "((a + b) + c)");
}

TEST(Laws, hold_over_the_rationals_too) {
  const Outcome outcome = judge(conv2d_laws<Rational>(), spec_conv2d<Rational>(), problem(), 5);
  EXPECT_TRUE(outcome.holds()) << text_of(*outcome.finding());
}

}  // namespace
}  // namespace cnnspec::tests

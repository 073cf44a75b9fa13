// Literal data: it reads back unchanged, and a refusal names the wrong word.
#include "checks/data/literal_data.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;
constexpr std::size_t everything = 1000;

const Operation linear = operation_of(Op::linear_forward, parse_descriptor(LayerId::linear, "mb1ic3oc2"));

/// Compares bit by bit, except for the bits of a NaN.
void expect_same(const Operands<double>& a, const Operands<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size()) << i;
    for (std::size_t n = 0; n < a[i].size(); ++n) {
      if (std::isnan(a[i][n]) && std::isnan(b[i][n])) continue;
      EXPECT_EQ(std::bit_cast<std::uint64_t>(a[i][n]), std::bit_cast<std::uint64_t>(b[i][n])) << i << "," << n;
    }
  }
}

std::string error_of(const std::string& text, DType dtype = DType::f32) {
  try {
    parse_literal(linear, dtype, text);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

TEST(LiteralData, is_told_from_the_name_of_a_family) {
  EXPECT_TRUE(is_literal("x=0"));
  EXPECT_TRUE(is_literal("x[0]=1"));
  EXPECT_FALSE(is_literal("one-hot"));
  EXPECT_FALSE(is_literal(""));
}

TEST(LiteralData, names_the_elements_that_are_not_zero) {
  expect_same(parse_literal(linear, DType::f32, "x[1]=-2.5 w[5]=3 b[0]=1"), {{0, -2.5, 0}, {0, 0, 0, 0, 0, 3}, {1, 0}});
  expect_same(parse_literal(linear, DType::f32, " w=0\tx=0  b=0 "), {{0, 0, 0}, {0, 0, 0, 0, 0, 0}, {0, 0}});
}

TEST(LiteralData, without_a_bias_has_none_and_without_an_input_has_zeros) {
  expect_same(parse_literal(linear, DType::f32, "x[0]=1"), {{1, 0, 0}, {0, 0, 0, 0, 0, 0}, {}});
}

TEST(LiteralData, reads_back_what_it_wrote) {
  const Operands<double> odd{{-0.0, infinity, -infinity}, {nan, 0x1p-149, 0.1f, -0x1.fffffep127, 0, 1e-3f}, {0, 0}};
  for (const auto& inputs : {odd, Operands<double>{{0, 0, 0}, {0, 0, 0, 0, 0, 0}, {}}})
    expect_same(parse_literal(linear, DType::f32, to_literal(linear, inputs, everything)), inputs);
  EXPECT_EQ(to_literal(linear, {{0, 0, 0}, {0, 2, 0, 0, 0, 0}, {}}, everything), "x=0 w[1]=2");
  EXPECT_EQ(to_literal(linear, {{-0.0, 0, 0}, {0, 0, 0, 0, 0, 0}, {0, 0}}, everything), "x[0]=-0 w=0 b=0");
}

TEST(LiteralData, reads_back_any_number_of_each_type) {
  Stream stream(tests::test_seed());
  const Operation relu = operation_of(Op::relu_forward, cnnspec_elementwise{500});
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    Operands<double> inputs(1);
    for (int n = 0; n < 500; ++n) inputs[0].push_back(rounded_to(dtype, std::bit_cast<double>(stream.bits())));
    expect_same(parse_literal(relu, dtype, to_literal(relu, inputs, everything)), inputs);
  }
}

TEST(LiteralData, is_empty_if_there_is_too_much_of_it) {
  const Operands<double> inputs{{1, 2, 3}, {0, 0, 0, 0, 0, 4}, {}};
  EXPECT_EQ(to_literal(linear, inputs, 3), "");
  EXPECT_NE(to_literal(linear, inputs, 4), "");
}

TEST(LiteralData, refuses_what_it_cannot_read_and_names_the_word) {
  for (const char* bad : {"x",          "[0]=1",    "=1",     "x=1",     "x=nan",
                          "x[0]",       "x[0]=",    "x[0]=y", "x[0]=1y", "x[0]=0x10",
                          "x[0]=1e999", "x[0]=1,5", "x[]=1",  "x[a]=1",  "x[0 ]=1",
                          "x[0.5]=1",   "x[0=1",    "x0]=1",  "x[0]]=1", "x[0]3=1",
                          "x[-1]=1",    "x[3]=1",   "w[6]=1", "b[2]=1",  "x[99999999999999999999]=1",
                          "z[0]=1",     "y[0]=1",   "X[0]=1", "x[0]==1", "x[0]=1=1"}) {
    const std::string word = std::string(bad).substr(0, std::string(bad).find(' ')), error = error_of(bad);
    EXPECT_NE(error.find("--data: at " + word + ": expected "), std::string::npos) << bad << ": " << error;
    EXPECT_EQ(error_of(std::string("w[0]=1 ") + bad + " x[0]=1"), error) << "wherever it stands";
  }
}

TEST(LiteralData, says_what_would_be_right) {
  EXPECT_EQ(error_of("x[3]=1"), "--data: at x[3]=1: expected an index from 0 to 2, got 3");
  EXPECT_EQ(error_of("x=2"), "--data: at x=2: expected 0, or an index in brackets before =, got 2");
  EXPECT_EQ(error_of("x[0]=y"), "--data: at x[0]=y: expected a number, got \"y\"");
  EXPECT_NE(error_of("z[0]=1").find("expected one of x, w, b"), std::string::npos) << error_of("z[0]=1");
  EXPECT_EQ(error_of("z\x1b=1"), "--data: at z?=1: expected one of x, w, b, got \"z?\"");
  EXPECT_LT(error_of("x=" + std::string(5000, '1')).size(), 300u);
  EXPECT_LT(error_of("x[0]=1." + std::string(5000, '1')).size(), 300u);
}

TEST(LiteralData, refuses_numbers_that_the_type_does_not_hold) {
  EXPECT_EQ(error_of("x[0]=16777217"), "--data: at x[0]=16777217: expected a number that f32 holds, got 16777217");
  EXPECT_EQ(error_of("x[0]=16777217", DType::f64), "");
  EXPECT_EQ(error_of("x[0]=65504", DType::f16), "");
  EXPECT_NE(error_of("x[0]=65505", DType::f16), "");
  EXPECT_NE(error_of("x[0]=65520", DType::f16), "") << "rounds to infinity";
  EXPECT_EQ(error_of("x[0]=-inf", DType::f16), "");
  EXPECT_EQ(error_of("x[0]=nan", DType::bf16), "");
  EXPECT_EQ(error_of("x[0]=256", DType::bf16), "");
  EXPECT_NE(error_of("x[0]=257", DType::bf16), "");
  EXPECT_NE(error_of("x[0]=0.1"), "") << "a double";
  EXPECT_NE(error_of("x[0]=1e-46"), "") << "rounds to zero";
}

}  // namespace
}  // namespace cnnspec::checks

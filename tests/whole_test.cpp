// Whole numbers in a floating-point type: exact up to the number of its digits.
#include "checks/scalars/whole.hpp"

#include <gtest/gtest.h>

#include "checks/scalars/text.hpp"
#include "checks/scalars/traits.hpp"
#include "checks/vocabulary/stream.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

TEST(Whole, calculates_like_integers) {
  Stream stream(test_seed());
  for (int n = 0; n < 1000; ++n) {
    const auto a = static_cast<std::int64_t>(stream.bits() >> 38) - (1 << 25);
    const auto b = (static_cast<std::int64_t>(stream.bits() >> 38) - (1 << 25)) | 1;
    const Whole<double> x(a), y(b);
    EXPECT_EQ(x + y, Whole<double>(a + b));
    EXPECT_EQ(x - y, Whole<double>(a - b));
    EXPECT_EQ(x * y, Whole<double>(a * b));
    EXPECT_EQ(x / y, Whole<double>(a / b));
    EXPECT_EQ(x % y, Whole<double>(a % b));
    EXPECT_EQ(x < y, a < b);
    EXPECT_EQ(text_of(x * y), std::to_string(a * b));
  }
}

TEST(Whole, is_exact_up_to_the_digits_of_its_type_and_no_further) {
  const Whole<float> most(1 << 24);
  EXPECT_EQ(text_of(most), "16777216");
  EXPECT_NE(most, most - 1);
  EXPECT_EQ(most, most + 1) << "so a bound must prove that there is no such number";
  EXPECT_NE(Whole<double>(std::int64_t{1} << 53), Whole<double>((std::int64_t{1} << 53) - 1));
}

TEST(Whole, counts_as_an_exact_integer) {
  static_assert(is_integer<Whole<float>> && is_exact<Whole<double>>);
  EXPECT_EQ(name_of_scalar<Whole<double>>(), "integer");
  EXPECT_EQ(absolute(Whole<float>(-3)), Whole<float>(3));
}

}  // namespace
}  // namespace cnnspec::tests

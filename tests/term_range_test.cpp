// Whether the loss of a term shows in a rounded sum: never claimed wrongly, and always claimed if nothing is rounded.
#include "checks/scalars/term_range.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/generate/choices.hpp"
#include "checks/vocabulary/storage.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

TermRange sum_of(const std::vector<double>& terms) {
  TermRange sum;
  for (const double t : terms) sum += TermRange(t);
  return sum;
}

/// Tries the loss of each term.
bool every_loss_shows(DType dtype, const std::vector<double>& terms) {
  double sum = 0;
  for (const double t : terms) sum += t;
  for (const double t : terms)
    if (t != 0 && rounded_to(dtype, sum - t) == rounded_to(dtype, sum)) return false;
  return true;
}

TEST(TermRange, a_loss_shows_where_it_is_said_to) {
  RandomChoices choices(tests::test_seed());
  for (const DType dtype : {DType::f16, DType::bf16}) {
    const int digits = format_of(dtype).digits;
    Idx said = 0, said_of_rounded = 0, missed = 0;
    constexpr int cases = 200'000;
    for (int n = 0; n < cases; ++n) {
      const Idx largest = Idx{1} << choices.pick(0, 12);  // so that seven terms stay within the range of f16
      std::vector<double> terms(static_cast<std::size_t>(choices.pick(0, 7)));
      for (double& t : terms) t = static_cast<double>(choices.pick(-largest, largest) / (choices.chance(30) ? 8 : 1));
      const TermRange sum = sum_of(terms);
      const bool shows = sum.loss_shows_in(digits), truly = every_loss_shows(dtype, terms);
      ASSERT_TRUE(truly || !shows) << testing::PrintToString(terms);
      said += shows, missed += truly && !shows;
      said_of_rounded += shows && std::fabs(sum.value) + sum.most > std::ldexp(1.0, digits);
    }
    EXPECT_GT(said, cases / 4);
    EXPECT_GT(said_of_rounded, cases / 20) << "in sums that are rounded, too";
    EXPECT_LT(missed, cases / 4) << "little is lost by its being simple";
  }
}

TEST(TermRange, a_loss_shows_in_sums_that_are_not_rounded) {
  EXPECT_TRUE(sum_of({}).loss_shows_in(8));
  EXPECT_TRUE(sum_of({0, 0}).loss_shows_in(8));
  EXPECT_TRUE(sum_of({1, 100, -100}).loss_shows_in(8)) << "-99, 1 and 101 are not";
  EXPECT_FALSE(sum_of({1, 512}).loss_shows_in(8)) << "513 is 512";
  EXPECT_FALSE(sum_of({1, 512, -512}).loss_shows_in(8)) << "-511 is -512, and 513 is 512";
  EXPECT_TRUE(sum_of({1, 512}).loss_shows_in(11));
}

TEST(TermRange, products_and_sums_count_their_terms) {
  TermRange sum = TermRange(3) * TermRange(-5);
  sum += TermRange(0) * TermRange(7);
  sum = sum + TermRange(2);
  EXPECT_EQ(sum.value, -13);
  EXPECT_EQ(sum.least, 2);
  EXPECT_EQ(sum.most, 15);
  EXPECT_EQ(sum.terms, 2);
}

}  // namespace
}  // namespace cnnspec::checks

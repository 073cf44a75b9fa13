// The 16-bit storage types compared with an independent definition (all numbers of a format in order, and a search for
// the nearest), and with the compiler's own types. Wrong conversions are detected.
#include "checks/scalars/half.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

/// The numbers from zero to infinity, in order, of a format whose binades have 2^F numbers and whose smallest number is
/// 2^least. Neighbours differ by a quantum, which doubles with each binade from the third on (zero and the subnormals
/// form the first). The number after the largest represents infinity: IEEE 754 rounds as if infinity were there.
std::vector<double> numbers_of(int fraction_bits, int least, int infinity_bits) {
  std::vector<double> numbers{0};
  double quantum = std::ldexp(1.0, least);
  const int binade = 1 << fraction_bits;
  for (int bits = 1; bits <= infinity_bits; ++bits) {
    if (bits - 1 >= 2 * binade && (bits - 1) % binade == 0) quantum *= 2;
    numbers.push_back(numbers.back() + quantum);
  }
  return numbers;
}

struct HalfFormat {
  using Ours = Half;
  static std::vector<double> numbers() { return numbers_of(10, -24, 0x7c00); }
};
struct Bfloat16Format {
  using Ours = Bfloat16;
  static std::vector<double> numbers() { return numbers_of(7, -133, 0x7f80); }
};

/// The bits of the nearest of `numbers`, ties to even bits. The differences are exact, or too large to matter.
std::uint16_t nearest_by_search(const std::vector<double>& numbers, double v) {
  const double magnitude = std::fabs(v);
  const auto above = std::lower_bound(numbers.begin(), numbers.end(), magnitude);
  auto bits = static_cast<std::uint16_t>(std::min<std::ptrdiff_t>(above - numbers.begin(), std::ssize(numbers) - 1));
  if (bits > 0) {
    const double up = numbers[bits] - magnitude, down = magnitude - numbers[bits - 1];
    if (down < up || (down == up && bits % 2 == 1)) --bits;
  }
  return static_cast<std::uint16_t>(bits | (std::signbit(v) ? 0x8000 : 0));
}

/// The number of wrong results of `round` at the midpoints between neighbours, of both signs, and at the doubles next
/// to them.
template <class Round>
int wrong_at_midpoints(const std::vector<double>& numbers, Round round) {
  int wrong = 0;
  for (std::size_t lower = 0; lower + 1 < numbers.size(); ++lower) {
    const double middle = (numbers[lower] + numbers[lower + 1]) / 2;
    const std::size_t even = lower + lower % 2;
    for (const int sign : {0, 0x8000}) {
      const double s = sign == 0 ? 1 : -1;
      wrong += round(s * middle) != (even | sign);
      wrong += round(s * std::nextafter(middle, 0)) != (lower | sign);
      wrong += round(s * std::nextafter(middle, infinity)) != ((lower + 1) | sign);
    }
  }
  return wrong;
}

/// Doubles within the format's range and a little beyond, with all exponents equally likely.
template <class Visit>
void for_each_random_double(const std::vector<double>& numbers, Visit visit) {
  std::mt19937_64 random(tests::test_seed());
  std::uniform_int_distribution<std::uint64_t> bits(std::bit_cast<std::uint64_t>(numbers[1] / 16),
                                                    std::bit_cast<std::uint64_t>(numbers.back() * 16));
  for (int i = tests::scaled(200'000); i > 0; --i) {
    const double v = std::bit_cast<double>(bits(random));
    visit(i % 2 == 0 ? v : -v);
  }
}

template <class Format>
class Half16 : public testing::Test {};
using Formats = testing::Types<HalfFormat, Bfloat16Format>;
TYPED_TEST_SUITE(Half16, Formats);

TYPED_TEST(Half16, every_pattern_is_the_number_of_the_definition_and_comes_back) {
  using Ours = typename TypeParam::Ours;
  const std::vector<double> numbers = TypeParam::numbers();
  ASSERT_EQ(numbers.size(), Ours::infinity + 1u);
  for (int pattern = 0; pattern < 0x10000; ++pattern) {
    const auto bits = static_cast<std::uint16_t>(pattern);
    const double value = Ours::value(bits);
    const int magnitude = pattern & 0x7fff;
    if (magnitude > Ours::infinity) {
      ASSERT_TRUE(std::isnan(value)) << pattern;
      ASSERT_TRUE(std::isnan(Ours::value(Ours::nearest(value)))) << pattern;
      continue;
    }
    ASSERT_EQ(std::fabs(value), magnitude == Ours::infinity ? infinity : numbers[magnitude]) << pattern;
    ASSERT_EQ(std::signbit(value), pattern >= 0x8000) << pattern;
    ASSERT_EQ(Ours::nearest(value), bits);
  }
}

TYPED_TEST(Half16, midpoints_round_to_even_and_their_neighbours_to_the_nearest) {
  EXPECT_EQ(wrong_at_midpoints(TypeParam::numbers(), TypeParam::Ours::nearest), 0);
}

TYPED_TEST(Half16, any_double_rounds_to_what_a_search_finds_nearest) {
  const std::vector<double> numbers = TypeParam::numbers();
  int wrong = 0;
  for_each_random_double(numbers,
                         [&](double v) { wrong += TypeParam::Ours::nearest(v) != nearest_by_search(numbers, v); });
  EXPECT_EQ(wrong, 0);
}

TYPED_TEST(Half16, zeros_infinities_NaN_and_what_no_16_bits_can_hold) {
  using Ours = typename TypeParam::Ours;
  EXPECT_EQ(Ours::nearest(0.0), 0);
  EXPECT_EQ(Ours::nearest(-0.0), 0x8000);
  EXPECT_EQ(Ours::nearest(infinity), Ours::infinity);
  EXPECT_EQ(Ours::nearest(-infinity), Ours::infinity | 0x8000);
  EXPECT_EQ(Ours::nearest(std::numeric_limits<double>::max()), Ours::infinity);
  EXPECT_EQ(Ours::nearest(std::numeric_limits<double>::min()), 0);
  EXPECT_EQ(Ours::nearest(-std::numeric_limits<double>::denorm_min()), 0x8000);
  for (const double any_nan : {nan, -nan, std::numeric_limits<double>::signaling_NaN()})
    EXPECT_EQ(Ours::nearest(any_nan) & 0x7fff, Ours::quiet_nan);
}

// ---- Wrong conversions that the tests above must reject ----

TYPED_TEST(Half16, truncation_and_ties_away_from_zero_are_rejected) {
  using Ours = typename TypeParam::Ours;
  const std::vector<double> numbers = TypeParam::numbers();
  const auto truncated = [](double v) {
    const std::uint16_t bits = Ours::nearest(v);
    return std::fabs(Ours::value(bits)) > std::fabs(v) ? static_cast<std::uint16_t>(bits - 1) : bits;
  };
  const auto ties_away = [](double v) {
    const auto bits = Ours::nearest(v), next = static_cast<std::uint16_t>(bits + 1);
    return v - Ours::value(bits) == Ours::value(next) - v ? next : bits;
  };
  const int midpoints = 2 * Ours::infinity;
  EXPECT_EQ(wrong_at_midpoints(numbers, truncated), midpoints / 2 * 3);  // every second midpoint, and all just above
  EXPECT_EQ(wrong_at_midpoints(numbers, ties_away), midpoints / 2);
}

TYPED_TEST(Half16, rounding_to_float_first_is_rejected_and_has_a_witness) {
  using Ours = typename TypeParam::Ours;
  const auto through_float = [](double v) { return Ours::nearest(static_cast<float>(v)); };
  EXPECT_GT(wrong_at_midpoints(TypeParam::numbers(), through_float), 0);
  // Just above the midpoint of 1 and the next number: float rounds it to the midpoint, and the second rounding goes to
  // the even 1.
  const double witness = (1 + Ours::value(Ours::nearest(1) + 1)) / 2 + 0x1p-40;
  EXPECT_EQ(through_float(witness), Ours::nearest(1));
  EXPECT_EQ(Ours::nearest(witness), Ours::nearest(1) + 1);
}

// ---- The compiler's types ----

TEST(Bfloat16, widens_to_the_float_whose_upper_half_it_is) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const double expected = std::bit_cast<float>(bits << 16),
                 actual = bfloat16_to_double(static_cast<std::uint16_t>(bits));
    if (std::isnan(expected) && std::isnan(actual)) continue;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(actual), std::bit_cast<std::uint64_t>(expected)) << bits;
  }
}

#ifdef __FLT16_MAX__
__extension__ typedef _Float16 CompilersHalf;

TEST(Half, is_the_compilers_float16) {
  for (int pattern = 0; pattern < 0x10000; ++pattern) {
    const auto bits = static_cast<std::uint16_t>(pattern);
    const auto expected = static_cast<double>(std::bit_cast<CompilersHalf>(bits)), actual = half_to_double(bits);
    if (std::isnan(expected) && std::isnan(actual)) continue;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(actual), std::bit_cast<std::uint64_t>(expected)) << pattern;
  }
  const auto rounded = [](double v) { return std::bit_cast<std::uint16_t>(static_cast<CompilersHalf>(v)); };
  EXPECT_EQ(wrong_at_midpoints(HalfFormat::numbers(), rounded), 0);
  int different = 0;
  for_each_random_double(HalfFormat::numbers(), [&](double v) { different += double_to_half(v) != rounded(v); });
  EXPECT_EQ(different, 0);
}
#endif

}  // namespace
}  // namespace cnnspec::checks

// Arithmetic and its bounds: the numbers of the formats, and the storage type of each claim. Kernels of each
// arithmetic, simulated bit by bit, must be accepted; kernels of a coarser arithmetic must be rejected.
#include "checks/expect/arithmetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "checks/expect/bound.hpp"
#include "checks/scalars/half.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::array all_dtypes{DType::f32, DType::f64, DType::f16, DType::bf16};

// ---- Formats and profiles ----

template <class T>
void expect_numbers_of(const Format& f) {
  using Limits = std::numeric_limits<T>;
  EXPECT_EQ(f.unit(), static_cast<double>(Limits::epsilon()) / 2);
  EXPECT_EQ(f.smallest(), static_cast<double>(Limits::denorm_min()));
  EXPECT_EQ(f.largest(), static_cast<double>(Limits::max()));
}

TEST(Format, has_the_numbers_of_the_types_of_the_language) {
  expect_numbers_of<float>(format_of(DType::f32));
  expect_numbers_of<double>(format_of(DType::f64));
}

template <class Bits>
void expect_numbers_of_16_bits(const Format& f) {
  EXPECT_EQ(f.smallest(), Bits::value(1));
  EXPECT_EQ(f.largest(), Bits::value(Bits::infinity - 1));
  EXPECT_EQ(f.unit(), (Bits::value(Bits::nearest(1.0) + 1) - 1) / 2);
}

TEST(Format, has_the_numbers_of_the_types_of_16_bits) {
  expect_numbers_of_16_bits<Half>(format_of(DType::f16));
  expect_numbers_of_16_bits<Bfloat16>(format_of(DType::bf16));
}

std::string dtypes_of(const char* profile) {
  std::string names;
  for (const DType dtype : all_dtypes)
    if (find_profile(profile)->applies(dtype)) names += std::string(names.empty() ? "" : " ") + name_of(dtype);
  return names;
}

TEST(Profiles, apply_to_the_storage_types_that_they_are_about) {
  EXPECT_EQ(dtypes_of("ieee"), "f32 f64 f16 bf16");
  EXPECT_EQ(dtypes_of("f32-acc"), "f16 bf16");
  EXPECT_EQ(dtypes_of("tf32"), "f32");
  EXPECT_EQ(dtypes_of("bf16"), "f32");
  EXPECT_EQ(dtypes_of("f16-acc"), "f32 f16");
  EXPECT_EQ(dtypes_of("bf16-acc"), "f32 bf16");
  EXPECT_EQ(find_profile("tf33"), nullptr);
  EXPECT_EQ(find_profile(""), nullptr);
}

TEST(Profiles, have_a_default_for_each_storage_type) {
  for (const DType dtype : {DType::f32, DType::f64}) EXPECT_EQ(std::string(default_profile(dtype).name), "ieee");
  for (const DType dtype : {DType::f16, DType::bf16}) {
    EXPECT_EQ(std::string(default_profile(dtype).name), "f32-acc");
    EXPECT_EQ(arithmetic_for(dtype, nullptr).accumulator, format_of(DType::f32));
    EXPECT_EQ(arithmetic_for(dtype, find_profile("ieee")).accumulator, format_of(dtype)) << "where it is asked for";
  }
}

TEST(Profiles, keep_the_storage_type_and_claim_what_they_are_named_after) {
  for (const Profile& p : profiles())
    for (const DType dtype : all_dtypes) {
      if (!p.applies(dtype)) continue;
      const Arithmetic a = p.arithmetic(dtype);
      EXPECT_EQ(a.dtype, dtype);
      EXPECT_EQ(a.storage, format_of(dtype));
      EXPECT_LE(a.factor_digits, a.storage.digits);
    }
  for (const DType dtype : all_dtypes) {
    EXPECT_EQ(ieee(dtype).accumulator, format_of(dtype));
    EXPECT_FALSE(ieee(dtype).rounds_factors() || ieee(dtype).rounds_output());
  }
  const Arithmetic tf32 = find_profile("tf32")->arithmetic(DType::f32);
  EXPECT_EQ(tf32.factor_digits, 11);
  EXPECT_TRUE(tf32.rounds_factors() && !tf32.rounds_output());
  const Arithmetic half_sums = find_profile("f16-acc")->arithmetic(DType::f32);
  EXPECT_EQ(half_sums.accumulator, format_of(DType::f16));
  EXPECT_TRUE(half_sums.rounds_factors() && !half_sums.rounds_output());
  const Arithmetic short_sums = find_profile("bf16-acc")->arithmetic(DType::f32);
  EXPECT_EQ(short_sums.accumulator, format_of(DType::bf16));
  EXPECT_EQ(short_sums.factor_digits, 8);
  EXPECT_EQ(find_profile("bf16-acc")->arithmetic(DType::bf16).accumulator, format_of(DType::bf16));
  const Arithmetic wide_sums = find_profile("f32-acc")->arithmetic(DType::bf16);
  EXPECT_EQ(wide_sums.accumulator, format_of(DType::f32));
  EXPECT_TRUE(!wide_sums.rounds_factors() && wide_sums.rounds_output());
}

// ---- Simulated kernels ----

struct DotProduct {
  std::vector<double> a, b;
};

/// Numbers of a storage type, of similar sizes or of different ones.
DotProduct random_dot_product(Stream& stream, DType dtype, Idx most) {
  DotProduct d;
  const Idx size = 1 + stream.below(most), spread = 1 + stream.below(4);
  const auto draw = [&] {
    const double significand = 1 + std::ldexp(static_cast<double>(stream.below(Idx{1} << 30)), -30);
    const double v = std::ldexp(significand, static_cast<int>(stream.below(spread) - spread / 2));
    return rounded_to(dtype, stream.below(2) == 0 ? v : -v);
  };
  for (Idx n = 0; n < size; ++n) d.a.push_back(draw()), d.b.push_back(draw());
  return d;
}

double round_digits(double v, int digits, bool truncate) {
  int exponent = 0;
  const double scaled = std::ldexp(std::frexp(v, &exponent), digits);
  return std::ldexp(truncate ? std::trunc(scaled) : std::nearbyint(scaled), exponent - digits);
}

/// A simulated kernel: factors of this many digits, every product and sum rounded to one type, the result rounded to
/// another type.
struct Simulated {
  int factor_digits;
  bool truncates;
  DType accumulator, storage;

  double run(const DotProduct& d, Stream& stream) const {
    std::vector<double> parts;
    for (std::size_t n = 0; n < d.a.size(); ++n)
      parts.push_back(rounded_to(accumulator, round_digits(d.a[n], factor_digits, truncates) *
                                                  round_digits(d.b[n], factor_digits, truncates)));
    while (parts.size() > 1) {  // any two parts, in any order
      std::swap(parts.back(), parts[static_cast<std::size_t>(stream.below(static_cast<Idx>(parts.size())))]);
      const double last = parts.back();
      parts.pop_back();
      double& other = parts[static_cast<std::size_t>(stream.below(static_cast<Idx>(parts.size())))];
      other = rounded_to(accumulator, other + last);
    }
    return rounded_to(storage, parts.front());
  }
};

Measured<double> measure(const DotProduct& d) {
  Measured<double> sum;
  for (std::size_t n = 0; n < d.a.size(); ++n) sum += Measured<double>(d.a[n]) * Measured<double>(d.b[n]);
  return sum;
}

/// The bound for products of normal numbers.
double bound_of(const Measured<double>& sum, const Arithmetic& claim) {
  return error_bound(sum, claim, slack_of_products(sum.magnitude, claim));
}

struct Counts {
  int right = 0, wrong = 0, not_judged = 0;
};

/// Sums of up to `most` terms.
Counts judge(const Simulated& kernel, const Arithmetic& claim, Idx most) {
  Stream stream(tests::test_seed());
  Counts counts;
  for (int n = 0; n < tests::scaled(2000); ++n) {
    const DotProduct d = random_dot_product(stream, claim.dtype, most);
    const Measured<double> expected = measure(d);
    const Judgement j = judge_element(kernel.run(d, stream), expected.value, bound_of(expected, claim)).judgement;
    ++(j == Judgement::right ? counts.right : j == Judgement::wrong ? counts.wrong : counts.not_judged);
  }
  return counts;
}

void expect_accepted(const Simulated& kernel, const Arithmetic& claim) {
  for (const Idx most : {1, 3, 60}) {
    const Counts counts = judge(kernel, claim, most);
    EXPECT_EQ(counts.wrong, 0) << name_of(claim.dtype) << ", " << most << " terms";
    EXPECT_GT(counts.right, counts.not_judged);
  }
}

void expect_rejected(const Simulated& kernel, const Arithmetic& claim) {
  const Counts counts = judge(kernel, claim, 1);
  EXPECT_GT(counts.wrong, tests::scaled(100)) << name_of(claim.dtype);
}

Arithmetic claim(const char* profile, DType dtype) { return find_profile(profile)->arithmetic(dtype); }

TEST(ArithmeticBound, of_tf32_accepts_factors_rounded_or_truncated_to_11_digits_and_no_fewer) {
  const Arithmetic tf32 = claim("tf32", DType::f32);
  for (const bool truncates : {false, true}) {
    expect_accepted({11, truncates, DType::f32, DType::f32}, tf32);
    expect_accepted({11, truncates, DType::f64, DType::f32}, tf32);
    expect_rejected({8, truncates, DType::f32, DType::f32}, tf32);
    expect_rejected({11, truncates, DType::f32, DType::f32}, ieee(DType::f32));
  }
  expect_rejected({9, true, DType::f32, DType::f32}, tf32);
}

TEST(ArithmeticBound, of_bf16_factors_accepts_8_digits_and_no_fewer) {
  const Arithmetic bf16 = claim("bf16", DType::f32);
  for (const bool truncates : {false, true}) {
    expect_accepted({8, truncates, DType::f32, DType::f32}, bf16);
    expect_accepted({11, truncates, DType::f32, DType::f32}, bf16);
    expect_rejected({6, truncates, DType::f32, DType::f32}, bf16);
  }
}

TEST(ArithmeticBound, of_sums_in_f16_accepts_them_and_no_coarser_ones) {
  for (const DType storage : {DType::f16, DType::f32}) {
    const Arithmetic f16 = claim("f16-acc", storage);
    expect_accepted({11, false, DType::f16, storage}, f16);
    expect_accepted({11, false, DType::f32, storage}, f16);
    expect_rejected({11, false, DType::bf16, storage}, f16);
  }
  expect_rejected({24, false, DType::f16, DType::f32}, ieee(DType::f32));
}

TEST(ArithmeticBound, of_sums_in_f32_accepts_one_rounding_at_the_end_and_no_coarser_sums) {
  for (const DType storage : {DType::f16, DType::bf16}) {
    const Arithmetic f32 = claim("f32-acc", storage);
    expect_accepted({24, false, DType::f32, storage}, f32);
    expect_accepted({24, false, DType::f64, storage}, f32);
    EXPECT_GT(judge({24, false, storage, storage}, f32, 60).wrong, tests::scaled(100)) << "rounds at each step";
  }
}

TEST(ArithmeticBound, of_the_default_accepts_the_storage_type_and_every_wider_one) {
  expect_accepted({24, false, DType::f32, DType::f32}, ieee(DType::f32));
  expect_accepted({24, false, DType::f64, DType::f32}, ieee(DType::f32));
  for (const DType storage : {DType::f16, DType::bf16})
    for (const DType accumulator : {storage, DType::f32, DType::f64})
      expect_accepted({53, false, accumulator, storage}, ieee(storage));
}

TEST(ArithmeticBound, of_any_claim_is_kept_to_the_last_digit) {
  Stream stream(tests::test_seed());
  for (const Profile& p : profiles())
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      if (!p.applies(dtype)) continue;
      const Measured<double> expected = measure(random_dot_product(stream, dtype, 20));
      const double bound = bound_of(expected, p.arithmetic(dtype));
      ASSERT_GT(bound, 0);
      for (const double sign : {-1.0, 1.0}) {
        const auto judged = [&](double error) {
          return judge_element(expected.value + sign * error, expected.value, bound).judgement;
        };
        EXPECT_EQ(judged(bound * (1 - 0x1p-20)), Judgement::right) << p.name;
        EXPECT_EQ(judged(bound * (1 + 0x1p-20)), Judgement::wrong) << p.name;
      }
    }
}

TEST(ArithmeticBound, does_not_judge_what_may_overflow_the_accumulator_or_the_storage_type) {
  Measured<double> sum;
  for (int n = 0; n < 3; ++n) sum += Measured<double>(200.0) * Measured<double>(150.0);  // 90,000: 65,504 is f16's last
  EXPECT_TRUE(std::isnan(error_bound(sum, ieee(DType::f16))));
  EXPECT_TRUE(std::isnan(error_bound(sum, claim("f32-acc", DType::f16))));
  EXPECT_TRUE(std::isnan(error_bound(sum, claim("f16-acc", DType::f32))));
  EXPECT_FALSE(std::isnan(error_bound(sum, ieee(DType::bf16))));
  EXPECT_FALSE(std::isnan(error_bound(sum, ieee(DType::f32))));
}

}  // namespace
}  // namespace cnnspec::checks

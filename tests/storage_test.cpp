// Storage: bytes read back to the written numbers, and a number that the type does not hold is rounded to the nearest.
#include "checks/vocabulary/storage.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "checks/vocabulary/stream.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::nan;

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST(Storage, has_the_sizes_of_the_types) {
  EXPECT_EQ(element_bytes(DType::f32), 4u);
  EXPECT_EQ(element_bytes(DType::f64), 8u);
  EXPECT_EQ(element_bytes(DType::f16), 2u);
  EXPECT_EQ(element_bytes(DType::bf16), 2u);
}

TEST(Storage, of_16_bits_reads_back_every_number_that_there_is) {
  for (const DType dtype : {DType::f16, DType::bf16})
    for (int bits = 0; bits < 1 << 16; ++bits) {
      const auto pattern = static_cast<std::uint16_t>(bits);
      std::vector<std::byte> bytes(sizeof pattern);
      std::memcpy(bytes.data(), &pattern, sizeof pattern);
      const std::vector<double> values = decode(dtype, bytes);
      ASSERT_TRUE(same(rounded_to(dtype, values[0]), values[0])) << bits;
      ASSERT_TRUE(std::isnan(values[0]) || encode(dtype, values) == bytes) << bits;
    }
}

TEST(Storage, reads_back_what_it_wrote_rounded) {
  Stream stream(tests::test_seed());
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    std::vector<double> values{0.0, -0.0, infinity, -infinity, nan, 1e-300, 1e300, -0x1p-149, 0x1p-24, 65519, 65520};
    for (int n = 0; n < tests::scaled(1000); ++n) {
      const double v = std::bit_cast<double>(stream.bits());
      values.push_back(v);
      values.push_back(std::ldexp(static_cast<double>(stream.below(1 << 20)), static_cast<int>(stream.below(40)) - 30));
    }
    const std::vector<double> back = decode(dtype, encode(dtype, values));
    ASSERT_EQ(back.size(), values.size());
    for (std::size_t n = 0; n < values.size(); ++n)
      EXPECT_TRUE(same(back[n], rounded_to(dtype, values[n]))) << name_of(dtype) << " " << values[n];
  }
}

TEST(Storage, rounds_ties_to_even_and_too_large_numbers_to_infinity) {
  EXPECT_EQ(rounded_to(DType::f32, 0x1p24 + 1), 0x1p24);
  EXPECT_EQ(rounded_to(DType::f16, 2049), 2048);
  EXPECT_EQ(rounded_to(DType::f16, 2051), 2052);
  EXPECT_EQ(rounded_to(DType::bf16, 257), 256);
  EXPECT_EQ(rounded_to(DType::f64, 0.1), 0.1);
  EXPECT_EQ(rounded_to(DType::f16, 65520), infinity);
  EXPECT_EQ(rounded_to(DType::f32, -1e39), -infinity);
}

}  // namespace
}  // namespace cnnspec::checks

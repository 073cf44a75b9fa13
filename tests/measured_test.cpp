// The (value, magnitude, terms) scalar: its algebra, its results in the specification's loops, and the theorem that the
// judge relies on, tested on dot products with random order, blocking and use of FMA.
#include "checks/scalars/measured.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "checks/expect/bound.hpp"
#include "checks/vocabulary/stream.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/linear.hpp"
#include "cnnspec/max_pool2d.hpp"
#include "cnnspec/relu.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using M = Measured<double>;

void expect_is(const M& m, double value, double magnitude, Idx terms) {
  EXPECT_EQ(m.value, value);
  EXPECT_EQ(m.magnitude, magnitude);
  EXPECT_EQ(m.terms, terms);
}

TEST(Measured, an_element_of_data_has_not_been_rounded) { expect_is(M(-3.0), -3, 3, 0); }

TEST(Measured, a_product_of_elements_is_one_term) { expect_is(M(-3.0) * M(2.0), -6, 6, 1); }

TEST(Measured, a_sum_of_n_products_has_n_terms_and_one_more_with_a_bias) {
  M sum;
  for (int n = 1; n <= 5; ++n) sum += M(n) * M(-1);
  expect_is(sum, -15, 15, 5);
  expect_is(sum + M(10), -5, 25, 6);
}

TEST(Measured, a_sum_of_n_elements_has_n_terms) { expect_is(M(1) + M(2) - M(4), -1, 7, 3); }

TEST(Measured, terms_do_not_depend_on_how_a_sum_is_bracketed) {
  const M a = M(1) * M(2), b = M(3) * M(4), c = M(5) * M(6), d(7);
  EXPECT_EQ(((a + b) + (c + d)).terms, (a + (b + (c + d))).terms);
  EXPECT_EQ(((d + c) + b + a).terms, 4);
}

TEST(Measured, a_product_of_sums_adds_up_the_roundings_of_both_and_its_own) {
  expect_is((M(1) + M(2)) * (M(3) + M(4) + M(5)), 36, 36, 2 + 3 + 1);
}

TEST(Measured, exact_zero_is_neutral_in_sums_and_annihilates_in_products) {
  expect_is(M(0) + M(3), 3, 3, 0);
  expect_is(M(3) + M(0), 3, 3, 0);
  expect_is(M(0) * M(3), 0, 0, 0);
  expect_is(M(1) * M(2) + M(0) * M(3), 2, 2, 1);
}

TEST(Measured, what_cancels_to_zero_is_not_exact_zero) {
  const M cancelled = M(1) * M(2) - M(2) * M(1);
  expect_is(cancelled, 0, 4, 2);
  expect_is(cancelled + M(1), 1, 5, 3);
}

TEST(Measured, comparisons_look_at_the_value) {
  EXPECT_TRUE(M(-3) < M(2) && M(-3) <= M(-3) && M(2) == M(1) * M(2));
  EXPECT_FALSE(M(2) < M(-3));
}

TEST(Measured, the_specification_counts_the_taps_that_are_there) {
  // A 3x3 kernel on a padded 3x3 image of two channels: a corner reads 2*2 cells of each channel, the middle all 9; one
  // bias.
  Image<M> x(dyn_shape(2, 3, 3));
  Kernel<M> w(dyn_shape(1, 2, 3, 3));
  for (Idx n = 0; n < x.size(); ++n) x[n] = w[n] = M(1);
  const Axis axis{.before = 1, .after = 1};
  const auto y = conv2d(x, w, Vector<M>(dyn_shape(1), {M(1)}), Conv2dConfig{axis, axis});
  expect_is(y(0, 0, 0), 9, 9, 2 * 4 + 1);
  expect_is(y(0, 1, 1), 19, 19, 2 * 9 + 1);
}

TEST(Measured, selections_of_the_specification_round_nothing) {
  const Image<M> x(dyn_shape(1, 1, 3), {M(-1.5), M(2.5), M(0.5)});
  expect_is(relu(x)(0, 0, 0), 0, 0, 0);
  expect_is(relu(x)(0, 0, 1), 2.5, 2.5, 0);
  expect_is(max_pool2d(x, MaxPool2dConfig{1, 2})(0, 0, 0), 2.5, 2.5, 0);
  const Image<M> dy(dyn_shape(1, 1, 2), {M(1), M(-3)});
  expect_is(max_pool2d_backward(x, dy, MaxPool2dConfig{1, 2})(0, 0, 1), -2, 4, 2);  // it wins both windows
}

// ---- The theorem ----

struct DotProduct {
  std::vector<float> a, b;
  Idx size() const { return static_cast<Idx>(a.size()); }
};

float random_float(Stream& stream, int spread) {
  const float significand = 1 + static_cast<float>(stream.below(1 << 23)) * 0x1p-23f;
  const float v = std::ldexp(significand, static_cast<int>(stream.below(spread)) - spread / 2);
  return stream.bits() & 1 ? -v : v;
}

DotProduct random_dot_product(Stream& stream) {
  const Idx size = 1 + stream.below(stream.below(10) == 0 ? 2000 : 40);
  const int spread = 1 + static_cast<int>(stream.below(30));
  DotProduct d;
  for (Idx n = 0; n < size; ++n) {
    d.a.push_back(random_float(stream, spread));
    d.b.push_back(random_float(stream, spread));
  }
  return d;
}

M measure(const DotProduct& d) {
  M sum;
  for (std::size_t n = 0; n < d.a.size(); ++n) sum += M(double(d.a[n])) * M(double(d.b[n]));
  return sum;
}

/// The same terms in another order.
DotProduct shuffled(DotProduct d, Stream& stream) {
  for (Idx n = d.size() - 1; n > 0; --n) {
    const Idx other = stream.below(n + 1);
    std::swap(d.a[n], d.a[other]);
    std::swap(d.b[n], d.b[other]);
  }
  return d;
}

/// The sum of terms `first` to `last`, as a random tree of partial sums, with or without FMA where a single term is
/// added.
float sum_randomly(const DotProduct& d, Idx first, Idx last, Stream& stream) {
  const auto n = static_cast<std::size_t>(first);
  if (last - first == 1) return d.a[n] * d.b[n];
  if (stream.below(2) == 0) {
    const float rest = sum_randomly(d, first + 1, last, stream);
    return stream.below(2) == 0 ? std::fma(d.a[n], d.b[n], rest) : d.a[n] * d.b[n] + rest;
  }
  const Idx middle = first + 1 + stream.below(last - first - 1);
  return sum_randomly(d, first, middle, stream) + sum_randomly(d, middle, last, stream);
}

const Arithmetic ieee_float = ieee(DType::f32);

ElementVerdict judge(double actual, const M& expected) {
  return judge_element(actual, expected.value, error_bound(expected, ieee_float));
}

TEST(MeasuredTheorem, no_order_blocking_or_fma_exceeds_the_bound) {
  Stream stream(tests::test_seed());
  for (int n = 0; n < tests::scaled(3000); ++n) {
    const DotProduct d = random_dot_product(stream);
    const float computed = sum_randomly(shuffled(d, stream), 0, d.size(), stream);
    const ElementVerdict verdict = judge(computed, measure(d));
    ASSERT_EQ(verdict.judgement, Judgement::right) << "case " << n << ", error/bound " << verdict.ratio();
  }
}

TEST(MeasuredTheorem, the_bound_is_nearly_reached_by_a_single_product) {
  Stream stream(1);
  double worst = 0;
  for (int n = 0; n < 1000; ++n) {
    const float a = random_float(stream, 1), b = random_float(stream, 1);
    worst = std::max(worst, judge(a * b, M(double(a)) * M(double(b))).ratio());
  }
  EXPECT_GT(worst, 0.9);
  EXPECT_LE(worst, 1);
}

TEST(MeasuredTheorem, straight_sums_with_and_without_fma_stay_within_the_bound) {
  Stream stream(tests::test_seed(), 1);
  for (int n = 0; n < tests::scaled(1000); ++n) {
    const DotProduct d = random_dot_product(stream);
    float plain = 0, fused = 0;
    double wide = 0;
    for (std::size_t i = 0; i < d.a.size(); ++i) {
      plain += d.a[i] * d.b[i];
      fused = std::fma(d.a[i], d.b[i], fused);
      wide += double(d.a[i]) * double(d.b[i]);
    }
    for (const float computed : {plain, fused, static_cast<float>(wide)})
      ASSERT_EQ(judge(computed, measure(d)).judgement, Judgement::right) << "case " << n;
  }
}

TEST(MeasuredTheorem, a_lost_doubled_or_perturbed_term_of_sizable_magnitude_exceeds_the_bound) {
  Stream stream(tests::test_seed(), 2);
  int tried = 0;
  for (int n = 0; n < tests::scaled(3000); ++n) {
    const DotProduct d = random_dot_product(stream);
    const M exact = measure(d);
    const auto victim = static_cast<std::size_t>(stream.below(d.size()));
    const double term = double(d.a[victim]) * double(d.b[victim]);
    // Only large terms: a correct result with an error up to the bound cannot hide a tenth of such a term.
    if (!(std::fabs(term) / 10 > 2 * error_bound(exact, ieee_float))) continue;
    ++tried;
    const double computed = sum_randomly(d, 0, d.size(), stream);
    for (const double wrong : {computed - term, computed + term, computed + term / 10})
      ASSERT_EQ(judge(wrong, exact).judgement, Judgement::wrong) << "case " << n;
  }
  EXPECT_GT(tried, tests::scaled(1000));
}

}  // namespace
}  // namespace cnnspec::checks

// The distribution of error / bound over the elements with a rounding bound: a count for each power of two.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

struct RatioHistogram {
  static constexpr int octaves = 17;  // below 2^-16, (2^-16, 2^-15], ..., (1/2, 1]

  Idx zero = 0;                       // no error at all
  Idx wrong = 0;                      // error above the bound, and wrong elements where only equality is right
  std::array<Idx, octaves> counts{};  // (edges()[n], edges()[n + 1]]

  /// 0, 2^-16, ..., 1/2, 1
  static std::vector<double> edges() {
    std::vector<double> all{0};
    for (int n = 1 - octaves; n <= 0; ++n) all.push_back(std::ldexp(1.0, n));
    return all;
  }

  /// Adds a right element: `ratio` is in [0, 1].
  void add(double ratio) {
    if (ratio == 0) {
      ++zero;
      return;
    }
    int exponent = 0;
    const bool is_power_of_two = std::frexp(ratio, &exponent) == 0.5;  // an edge belongs to the bin below it
    const int octave = octaves - 1 + exponent - (is_power_of_two ? 1 : 0);
    ++counts[static_cast<std::size_t>(octave < 0 ? 0 : octave)];
  }
  RatioHistogram& operator+=(const RatioHistogram& other) {
    zero += other.zero, wrong += other.wrong;
    for (std::size_t n = 0; n < counts.size(); ++n) counts[n] += other.counts[n];
    return *this;
  }
};

}  // namespace cnnspec::checks

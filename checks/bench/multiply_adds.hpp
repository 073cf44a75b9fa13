// Times for one multiply-add, as a counter of Google Benchmark.
#pragma once

#include <benchmark/benchmark.h>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The multiply-adds of a 3x3 convolution from `channels` to `channels` channels. Those in the padding count, as is
/// usual.
constexpr double same_convolution(Idx channels, Idx extent) {
  return static_cast<double>(channels * channels * 9 * extent * extent);
}

/// `multiply_adds`: of each iteration.
inline void report_multiply_adds(benchmark::State& state, double multiply_adds) {
  state.counters["ns_per_multiply_add"] = benchmark::Counter(
      multiply_adds * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace cnnspec::checks

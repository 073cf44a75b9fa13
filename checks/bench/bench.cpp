// What a user waits for: the specification's loops for each scalar, and the gradient checks. Times of conv2d and of its
// gradients are also given for one multiply-add ("ns_per_tap").
#include <benchmark/benchmark.h>

#include "checks/gradient/check_network.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/scalars/measured.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

constexpr Conv2dConfig same_padding{{1, 1, 1}, {1, 1, 1}};

template <class X>
void fill(X& x, Idx period) {
  for (Idx n = 0; n < x.size(); ++n) x[n] = typename X::Scalar(static_cast<int>(n % period - period / 2));
}

void report_taps(benchmark::State& state, double taps) {
  state.counters["ns_per_tap"] =
      benchmark::Counter(taps * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// channels -> channels, 3x3, stride 1, padding 1
template <class T>
void conv2d_forward(benchmark::State& state) {
  const Idx c = state.range(0), extent = state.range(1);
  Image<T> x(dyn_shape(c, extent, extent));
  Kernel<T> w(dyn_shape(c, c, 3, 3));
  fill(x, 7);
  fill(w, 5);
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, w, same_padding));
  report_taps(state, static_cast<double>(c * c * 9 * extent * extent));
}

template <class T, Idx c, Idx extent>
void conv2d_forward_static(benchmark::State& state) {
  Tensor<T, c, extent, extent> x;
  Tensor<T, c, c, 3, 3> w;
  fill(x, 7);
  fill(w, 5);
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, w, fixed<same_padding>));
  report_taps(state, static_cast<double>(c * c * 9 * extent * extent));
}

template <class T>
void conv2d_backward(benchmark::State& state) {
  const Idx c = state.range(0), extent = state.range(1);
  Image<T> x(dyn_shape(c, extent, extent)), dy(dyn_shape(c, extent, extent));
  Kernel<T> w(dyn_shape(c, c, 3, 3));
  fill(x, 7);
  fill(w, 5);
  fill(dy, 3);
  for (auto _ : state) {
    benchmark::DoNotOptimize(conv2d_backward_input(x.shape(), w, dy, same_padding));
    benchmark::DoNotOptimize(conv2d_backward_kernel(x, w.shape(), dy, same_padding));
  }
  report_taps(state, 2 * static_cast<double>(c * c * 9 * extent * extent));
}

/// 3x16x16, c1 = 4, c2 = 8, 10 outputs: 2,466 inputs and parameters
void gradcheck_cnn2(benchmark::State& state, GradientScalar scalar, Mode mode) {
  const NetworkDefinition net = cnn2_definition(Cnn2Config{.c1 = 4, .c2 = 8}, 3, 16, 16);
  for (auto _ : state) {
    const GradientReport report = check_network(net, "cnn2", scalar, {.mode = mode});
    if (!report.passed()) state.SkipWithError(report.failure().c_str());
    state.SetLabel(report.scalar);
  }
}

BENCHMARK(conv2d_forward<double>)->Args({16, 32});
BENCHMARK(conv2d_forward_static<double, 16, 32>);
BENCHMARK(conv2d_backward<double>)->Args({16, 32});
BENCHMARK(conv2d_forward<float>)->Args({16, 32});
BENCHMARK(conv2d_forward<std::int64_t>)->Args({16, 32});
BENCHMARK(conv2d_forward<Int128>)->Args({16, 32});
BENCHMARK(conv2d_forward<Measured<double>>)->Args({16, 32});
BENCHMARK(conv2d_forward<CheckedInt128>)->Args({4, 16});
BENCHMARK(conv2d_forward<BigInt>)->Args({4, 16});
BENCHMARK(conv2d_forward<Float50>)->Args({4, 16});
BENCHMARK(conv2d_forward<Rational>)->Args({4, 16});
BENCHMARK_CAPTURE(gradcheck_cnn2, exact_full, GradientScalar::exact, Mode::full)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(gradcheck_cnn2, exact_directional, GradientScalar::exact, Mode::directional)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(gradcheck_cnn2, double_full, GradientScalar::double_precision, Mode::full)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(gradcheck_cnn2, float50_directional, GradientScalar::float50, Mode::directional)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cnnspec::checks

BENCHMARK_MAIN();

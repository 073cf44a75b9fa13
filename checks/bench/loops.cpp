// The specification's loops, for each scalar: time for one multiply-add ("ns_per_multiply_add"). With lanes, the
// multiply-adds of every lane count.
#include <benchmark/benchmark.h>

#include <type_traits>

#include "checks/bench/multiply_adds.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/measured.hpp"
#include "cnnspec/conv2d.hpp"

namespace cnnspec::checks {
namespace {

constexpr Conv2dConfig same_padding{{1, 1, 1}, {1, 1, 1}};

template <class X>
void fill(X& x, Idx period) {
  for (Idx n = 0; n < x.size(); ++n) x[n] = typename X::Scalar(static_cast<int>(n % period - period / 2));
}

template <class T>
constexpr double numbers_in = 1;
template <class T, std::size_t n>
constexpr double numbers_in<Lanes<T, n>> = static_cast<double>(n);

/// channels -> channels, 3x3, stride 1, padding 1
template <class T>
void forward(benchmark::State& state) {
  const Idx c = state.range(0), extent = state.range(1);
  Image<T> x(dyn_shape(c, extent, extent));
  Kernel<T> w(dyn_shape(c, c, 3, 3));
  fill(x, 7);
  fill(w, 5);
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, w, same_padding));
  report_multiply_adds(state, numbers_in<T> * same_convolution(c, extent));
}

template <class T, Idx c, Idx extent>
void forward_static(benchmark::State& state) {
  Tensor<T, c, extent, extent> x;
  Tensor<T, c, c, 3, 3> w;
  fill(x, 7);
  fill(w, 5);
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, w, fixed<same_padding>));
  report_multiply_adds(state, same_convolution(c, extent));
}

/// Both gradients: of the input, and of the kernel.
template <class T, Idx c, Idx extent>
void backward_static(benchmark::State& state) {
  Tensor<T, c, extent, extent> x, dy;
  Tensor<T, c, c, 3, 3> w;
  fill(x, 7);
  fill(w, 5);
  fill(dy, 3);
  for (auto _ : state) {
    benchmark::DoNotOptimize(conv2d_backward_input(x.shape(), w, dy, fixed<same_padding>));
    benchmark::DoNotOptimize(conv2d_backward_kernel(x, w.shape(), dy, fixed<same_padding>));
  }
  report_multiply_adds(state, 2 * same_convolution(c, extent));
}

template <class T>
void backward(benchmark::State& state) {
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
  report_multiply_adds(state, 2 * numbers_in<T> * same_convolution(c, extent));
}

template <class T>
int register_scalar(const std::string& name) {
  const auto benchmarks = {benchmark::RegisterBenchmark(("loops/forward/" + name).c_str(), forward<T>),
                           benchmark::RegisterBenchmark(("loops/backward/" + name).c_str(), backward<T>)};
  for (auto* b : benchmarks) b->Args({8, 16});
  return 0;
}

[[maybe_unused]] const int registered[] = {
    register_scalar<float>("float"),
    register_scalar<double>("double"),
    register_scalar<std::int64_t>("int64"),
    register_scalar<Int128>("int128"),
    register_scalar<BigInt>("integer"),
    register_scalar<Rational>("rational"),
    register_scalar<Float50>("float50"),
    register_scalar<Float100>("float100"),
    register_scalar<Measured<double>>("measured"),
    register_scalar<Lanes<double, 8>>("double lanes"),
    register_scalar<Lanes<std::int64_t, 8>>("int64 lanes"),
};

BENCHMARK(forward<float>)->Name("loops/large/float")->Args({32, 32});
BENCHMARK(forward<double>)->Name("loops/large/double")->Args({32, 32});
BENCHMARK(forward<double>)->Name("loops/dynamic/forward/double")->Args({16, 32});
BENCHMARK(forward_static<double, 16, 32>)->Name("loops/static/forward/double");
BENCHMARK(forward<float>)->Name("loops/dynamic/forward/float")->Args({16, 32});
BENCHMARK(forward_static<float, 16, 32>)->Name("loops/static/forward/float");
BENCHMARK(backward<double>)->Name("loops/dynamic/backward/double")->Args({16, 32});
BENCHMARK(backward_static<double, 16, 32>)->Name("loops/static/backward/double");
BENCHMARK(backward<float>)->Name("loops/dynamic/backward/float")->Args({16, 32});
BENCHMARK(backward_static<float, 16, 32>)->Name("loops/static/backward/float");

}  // namespace
}  // namespace cnnspec::checks

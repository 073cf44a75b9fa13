// Comparisons for the specification's loops: the machine's peak, and two kernels on the same convolution.
#include <benchmark/benchmark.h>

#include "checks/bench/multiply_adds.hpp"
#include "checks/bench/peak.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

template <class T>
void peak(benchmark::State& state) {
  constexpr long rounds = 1 << 16;
  T factor = T(0.5), term = T(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(factor);
    benchmark::DoNotOptimize(multiply_and_add<T>(rounds, factor, term));
  }
  report_multiply_adds(state, static_cast<double>(rounds * multiply_adds_in_a_round<T>()));
}
BENCHMARK(peak<float>)->Name("peak/float");
BENCHMARK(peak<double>)->Name("peak/double");

/// The convolution of loops/large, through the kernel contract.
void kernel_forward(benchmark::State& state, const std::string& name) {
  constexpr Idx c = 32, extent = 32;
  const Kernel kernel = find_kernel(name);
  cnnspec_conv2d g{};
  g.batch = g.groups = g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;
  g.pad_top = g.pad_left = g.pad_bottom = g.pad_right = 1;
  g.kernel_height = g.kernel_width = 3;
  g.in_channels = g.out_channels = c;
  g.in_height = g.in_width = g.out_height = g.out_width = extent;
  const std::vector<float> x(c * extent * extent, 1), w(c * c * 9, 1);
  std::vector<float> y(c * extent * extent);
  for (auto _ : state) {
    if (kernel.f32.conv2d_forward(&g, x.data(), w.data(), nullptr, y.data()) != CNNSPEC_DONE) {
      state.SkipWithError("the kernel refuses");
      break;
    }
    benchmark::ClobberMemory();
  }
  report_multiply_adds(state, same_convolution(c, extent));
}

[[maybe_unused]] const int registered = [] {
  for (const BuiltInKernel& kernel : built_in_kernels())
    if (kernel.absent_because.empty())
      benchmark::RegisterBenchmark(("kernels/" + kernel.name).c_str(), kernel_forward, kernel.name);
  return 0;
}();

}  // namespace
}  // namespace cnnspec::checks

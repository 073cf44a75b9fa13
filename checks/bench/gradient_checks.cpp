// The gradient checks of cnn2 at several sizes. The label is the configuration, as parse_config reads it; "derivatives"
// is the number of inputs and parameters of the network.
#include <benchmark/benchmark.h>

#include "checks/describe/config.hpp"
#include "checks/gradient/check_network.hpp"
#include "checks/keep_memory.hpp"
#include "checks/vocabulary/extents.hpp"

namespace cnnspec::checks {
namespace {

struct Size {
  Idx derivatives;
  Cnn2Run run;
};
const Size sizes[] = {
    {193, {{.c1 = 2, .c2 = 3, .out_dim = 4}, 1, 8, 8}},     {582, {{.c1 = 3, .c2 = 4, .out_dim = 8}, 1, 12, 12}},
    {1210, {{.c1 = 4, .c2 = 8, .out_dim = 10}, 1, 12, 12}}, {2466, {{.c1 = 4, .c2 = 8, .out_dim = 10}, 3, 16, 16}},
    {5026, {{.c1 = 4, .c2 = 8, .out_dim = 10}, 3, 24, 24}}, {8610, {{.c1 = 4, .c2 = 8, .out_dim = 10}, 3, 32, 32}},
};

void check(benchmark::State& state, const Size& size, GradientScalar scalar, Mode mode) {
  const NetworkDefinition net = cnn2_definition(size.run.config, size.run.in_c, size.run.in_h, size.run.in_w);
  Idx derivatives = 0;
  for (const NetworkTensor& t : tensors_of(net)) derivatives += count_of(t.extents);
  if (derivatives != size.derivatives) return state.SkipWithError("not as many derivatives as it says");
  for (auto _ : state) {
    const GradientReport report = check_network(net, "cnn2", scalar, {.mode = mode});
    if (!report.passed()) return state.SkipWithError(report.failure().c_str());
    if (mode == Mode::full && report.entries() != derivatives * size.run.config.out_dim)
      return state.SkipWithError("derivatives were left out");
  }
  state.SetLabel(format_config(size.run));
  state.counters["derivatives"] = static_cast<double>(derivatives);
}

[[maybe_unused]] const int registered = [] {
  keep_freed_memory();  // as in the command
  for (const auto& [scalar_name, scalar] :
       {std::pair{"exact", GradientScalar::exact}, std::pair{"rational", GradientScalar::rational},
        std::pair{"float50", GradientScalar::float50}, std::pair{"double", GradientScalar::double_precision}})
    for (const auto& [mode_name, mode] : {std::pair{"full", Mode::full}, std::pair{"directional", Mode::directional}})
      for (const Size& size : sizes)
        benchmark::RegisterBenchmark(
            (std::string("gradcheck/") + scalar_name + "/" + mode_name + "/" + std::to_string(size.derivatives))
                .c_str(),
            check, size, scalar, mode)
            ->Unit(benchmark::kMillisecond);
  return 0;
}();

}  // namespace
}  // namespace cnnspec::checks

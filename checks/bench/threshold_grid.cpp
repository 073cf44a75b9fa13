#include "checks/bench/threshold_grid.hpp"
#include "checks/host/fork_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace cnnspec::checks {

std::vector<GridKernel> grid_kernels(Idx step) {
  std::vector<GridKernel> all;
  Idx n = 0;
  for (const Op op : all_ops())
    for (const ThresholdAxis& axis : threshold_axes()) {
      if (axis.family != layer_id(op)) continue;
      for (std::size_t kind = 0; kind < threshold_kind_names.size(); ++kind)
        for (const Idx size : threshold_sizes)
          if (n++ % step == 0) all.push_back({op, {&axis, static_cast<ThresholdKind>(kind), size}});
    }
  return all;
}

std::string describe(const GridKernel& kernel) {
  const ThresholdMistake& m = kernel.mistake;
  const char* const format = m.kind == ThresholdKind::from        ? "from {} on"
                             : m.kind == ThresholdKind::at        ? "at {}"
                             : m.kind == ThresholdKind::multiples ? "at multiples of {}"
                                                                  : "above {}, off its multiples";
  return fmt::format("{}, {}, {}", name_of(kernel.op), m.axis->name, fmt::format(fmt::runtime(format), m.n));
}

JudgeOptions default_run(Op op, std::uint64_t seed) {
  JudgeOptions options;
  options.operations = {{op, DType::f32}};
  options.seed = seed;
  return options;
}

std::vector<Idx> cases_until_convicted(const std::vector<GridKernel>& kernels, Op op, const JudgeOptions& options) {
  const Kernel kernel = threshold_kernel();
  ForkHost host(kernel);  // forks each child while threshold_mistake is set
  const CaseList cases(options);
  std::vector<Idx> until(kernels.size());
  Idx left = std::ssize(kernels);
  for (Idx n = 0; n < cases.size() && left > 0; ++n) {
    const Case c = cases.at(n);
    std::optional<CaseJudge> judge;  // its data is made once for all kernels, if any of them is wrong here
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      if (until[k] != 0 || !kernels[k].mistake.is_made_on(c.problem, op)) continue;
      if (!judge) judge.emplace(c, options.conditions);
      threshold_mistake = kernels[k].mistake;
      if (judge->judge(host).failure) until[k] = n + 1, --left;
      threshold_mistake = {};
    }
  }
  return until;
}

RunTimes::RunTimes(Op op, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  const KernelResult result = judge(threshold_kernel(), default_run(op, seed), [&](Idx cases) {
    points_.push_back({cases, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
  });
  if (result.verdict() != Verdict::pass)
    throw std::logic_error(fmt::format("{}: the kernel that all others are made of is found to {}", name_of(op),
                                       name_of(result.verdict())));
}

double RunTimes::seconds_until(Idx cases) const {
  const auto point = std::find_if(points_.begin(), points_.end(), [&](const Point& p) { return p.cases >= cases; });
  return point == points_.end() ? points_.back().seconds : point->seconds;
}

}  // namespace cnnspec::checks

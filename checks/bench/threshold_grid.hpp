// The threshold grid: kernels that are wrong in one term of one element from a size on, at it, at its multiples or off
// them, along every axis of every operation. Which of them does a default run of the judge convict, and when?
#pragma once

#include <functional>
#include <vector>

#include "checks/bench/threshold_kernel.hpp"
#include "checks/judge/judge.hpp"

namespace cnnspec::checks {

struct GridKernel {
  Op op{};
  ThresholdMistake mistake;
};

/// All of them, in the order of the operations, axes, kinds and sizes. `step`: one of so many.
std::vector<GridKernel> grid_kernels(Idx step = 1);

/// "conv2d_forward, batch, at 129"
std::string describe(const GridKernel& kernel);

/// For each of `kernels`, how many cases a default run judges until it convicts it, the last included; 0: it does not.
/// All are of operation `op`. A kernel is not called on problems on which it makes no mistake, since it is im2col there;
/// on all others it is judged as ever.
std::vector<Idx> cases_until_convicted(const std::vector<GridKernel>& kernels, Op op, const JudgeOptions& options);

/// Options of a default run of that operation, in f32.
JudgeOptions default_run(Op op, std::uint64_t seed);

/// How long a run on one processor core has taken until so many cases of it were judged: first what it took for the
/// first batch of cases, then for the first two, ...
class RunTimes {
 public:
  /// Judges im2col. Throws std::logic_error if that is found wrong.
  explicit RunTimes(Op op, std::uint64_t seed);
  double seconds_until(Idx cases) const;

 private:
  struct Point {
    Idx cases = 0;
    double seconds = 0;
  };
  std::vector<Point> points_;
};

}  // namespace cnnspec::checks

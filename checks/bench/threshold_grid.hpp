// The threshold grid: kernels that are wrong in one term of one element from a size on, at a size, at its multiples or
// off them, along every axis of every operation. Which of them does a default run of the judge convict, and after how
// many cases?
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

/// All kernels, in the order of the operations, axes, kinds and sizes. `step`: takes every step-th one.
std::vector<GridKernel> grid_kernels(Idx step = 1);

/// "conv2d_forward, batch, at 129"
std::string describe(const GridKernel& kernel);

/// For each of `kernels`, the number of cases until a default run convicts it, including the last case; 0: not
/// convicted. All kernels are of operation `op`. On a problem without a mistake the kernel equals im2col, so it is not
/// called. On all other problems it is judged as usual.
std::vector<Idx> cases_until_convicted(const std::vector<GridKernel>& kernels, Op op, const JudgeOptions& options);

/// Options of a default run of that operation, in f32.
JudgeOptions default_run(Op op, std::uint64_t seed);

/// The time that a run on one processor core takes: for the first batch of cases, for the first two batches, ...
class RunTimes {
 public:
  /// Judges im2col. Throws std::logic_error if im2col is found wrong.
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

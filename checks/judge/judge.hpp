// The judge: is a kernel right, for every order in which it may have added?
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "checks/host/host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/default_cases.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// A row of the result: an operation and a storage type.
struct JudgedOperation {
  Op op{};
  DType dtype{};
};

struct JudgeOptions {
  std::vector<JudgedOperation> operations;
  Idx cases = 500;     // random cases, for each operation
  double seconds = 0;  // stop after this time; 0: never
  std::uint64_t seed = 1;
  std::vector<Case> given;        // judge these instead of random ones
  std::vector<Problem> problems;  // judge these after them, each with `seed`
  Idx repeat = 1;                 // judge each given case so many times
  bool in_one_process = false;    // all given cases, in their order
  Limits limits{};                // of small random problems
  std::string data;               // as in Case
  double least_sensitivity = 0.9;
  Idx failures_kept = 3;  // of each operation; these are examined more closely, and reported
  Idx most_hung = 2;      // an operation is given up after this many cases in which it hung
  int jobs = 1;           // processor cores to use
  Conditions conditions{};
  const std::atomic<bool>* interrupted = nullptr;  // stop when it becomes true
  double most_bytes = 0x1p31;                      // a problem that needs more is refused before any is allocated

  /// Whether cases are given, and none is drawn at random.
  bool has_given() const { return !given.empty() || !problems.empty(); }
};

/// All of these that the kernel has. If `ops` or `dtypes` is empty, all are meant.
std::vector<JudgedOperation> operations_to_judge(const HostedKernel& kernel, const std::vector<Op>& ops,
                                                 const std::vector<DType>& dtypes);
std::vector<JudgedOperation> operations_to_judge(const Kernel& kernel, const std::vector<Op>& ops,
                                                 const std::vector<DType>& dtypes);

/// The cases of a run in the order in which they are judged, one of each operation in turn. Each case is a function of
/// the options and its number alone. It does not depend on the cases before it.
class CaseList {
 public:
  /// Throws UsageError if a problem needs too much memory.
  explicit CaseList(const JudgeOptions& options);
  Idx size() const;
  Case at(Idx n) const;

 private:
  const JudgeOptions& options_;
  std::vector<Case> given_;              // the options' cases and problems
  std::vector<DefaultCases> of_rows_{};  // for each of options.operations, if no problem is given
};

/// A kernel's first calls, and what they say of more.
struct FirstCalls {
  /// Of a call, in the median case, with a new process after a crash. The first case of each operation does not count.
  double seconds = 0;
  Idx cases_in_plan = 0;  // so many cases of each operation take about a hundred calls of it
};
/// Makes some calls of each operation, and judges nothing.
FirstCalls make_first_calls(const HostedKernel& kernel, const JudgeOptions& options);

/// Judges all cases, or as many as there is time for, several at a time. The number of jobs does not change the result.
/// `progress` is called now and then with the number of finished cases.
KernelResult judge(const HostedKernel& kernel, const JudgeOptions& options,
                   const std::function<void(Idx)>& progress = {});
/// The same for functions of this program.
KernelResult judge(const Kernel& kernel, const JudgeOptions& options, const std::function<void(Idx)>& progress = {});

}  // namespace cnnspec::checks

#include "checks/judge/closer_look.hpp"

#include <algorithm>

#include "checks/judge/shrink.hpp"

namespace cnnspec::checks {
namespace {

/// So many cases must pass under another profile before it is said that the kernel behaves like it.
constexpr Idx cases_for_a_profile = 100;

bool is_about_values(const Failure& f) {
  return f.kind == FailureKind::wrong_value || f.kind == FailureKind::unwritten_output;
}

/// Whether the cases of an operation pass if the kernel claims no more than `profile`.
bool passes_as(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row, const Profile& profile) {
  JudgeOptions as = options;
  as.operations = {{row.op, row.dtype}};
  as.conditions.profile = &profile;
  const CaseList cases(as);
  if (cases.size() == 0) return false;
  for (Idx n = 0; n < std::min({cases.size(), cases_for_a_profile}); ++n)
    if (judge_case(kernel, cases.at(n), as.conditions).failure) return false;
  return true;
}

/// The strictest profile that all cases are consistent with, after the one that was claimed.
const Profile* behaves_like(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
                            const std::vector<Failure>& failures) {
  for (const Profile& profile : profiles()) {
    if (&profile == options.conditions.profile || !profile.applies(row.dtype)) continue;
    Conditions as = options.conditions;
    as.profile = &profile;
    const bool consistent = std::all_of(failures.begin(), failures.end(), [&](const Failure& f) {
      if (f.failed.op != row.op || f.failed.dtype != row.dtype) return true;
      return is_about_values(f) && !judge_case(kernel, f.failed, as).failure;
    });
    if (consistent && passes_as(kernel, options, row, profile)) return &profile;
  }
  return nullptr;
}

}  // namespace

void look_closer(const Kernel& kernel, const JudgeOptions& options, KernelResult& result) {
  for (OperationResult& row : result.operations)
    if (row.failed > 0) row.behaves_like = behaves_like(kernel, options, row, result.failures);
  for (Failure& f : result.failures) f.shrunk = std::make_shared<const Failure>(shrink(kernel, f, options.conditions));
}

}  // namespace cnnspec::checks

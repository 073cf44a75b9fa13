#include "checks/judge/closer_look.hpp"

#include <algorithm>

#include "checks/generate/geometry.hpp"
#include "checks/judge/shrink.hpp"
#include "checks/judge/storage.hpp"
#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {
namespace {

/// So many cases must pass under another profile before it is said that the kernel behaves like it.
constexpr Idx cases_for_a_profile = 100;

/// A case with more multiply-adds is explained from its shrunk one alone.
constexpr Idx most_taps_to_explain = Idx{1} << 20;
constexpr std::size_t most_diagnoses = 3;
/// So many other failures tell the explanations of one apart, and are looked for in so many cases.
constexpr std::size_t enough_other_failures = 6;
constexpr Idx most_other_cases = 60;

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

/// What the kernel returns on all data of a case, as far as it returns.
std::vector<Observation> observe(const Kernel& kernel, const Case& c, const Conditions& conditions) {
  const CaseJudge judge(c, conditions);
  const std::vector<Trial> trials = judge.trials();
  const std::vector<Execution> executions = execute(kernel, trials, conditions.isolation);
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < trials.size(); ++n) {
    if (!executions[n].is_done()) continue;
    const std::vector<std::byte> garbage(element_bytes(c.dtype), static_cast<std::byte>(trials[n].garbage));
    observations.push_back({judge.operation(), judge.arithmetic(), judge.data()[n].inputs,
                            decode(c.dtype, garbage).front(), decode(c.dtype, executions[n].output)});
  }
  return observations;
}

/// The misreadings that explain all that the kernel returned on a failed case and on its shrunk one.
std::vector<const Misreading*> explain(const Kernel& kernel, const Failure& f, const Conditions& conditions) {
  std::vector<Observation> observations;
  for (const Case* c : {&f.shrunk->failed, &f.failed}) {
    if (c == &f.failed && !observations.empty() && taps(c->problem) > most_taps_to_explain) continue;
    for (Observation& o : observe(kernel, *c, conditions)) observations.push_back(std::move(o));
  }
  return explanations(observations);
}

using Explanations = std::vector<const Misreading*>;

/// What explains other failures of the same operation, one by one: a misreading that explains many of them is more
/// likely than one that agrees with a few numbers by chance.
std::vector<Explanations> explain_others(const Kernel& kernel, const JudgeOptions& options,
                                         const OperationResult& row) {
  JudgeOptions random = options;
  random.operations = {{row.op, row.dtype}};
  random.problems.clear(), random.data.clear();
  const CaseList cases(random);
  std::vector<Explanations> found;
  for (Idx n = 0; n < most_other_cases && found.size() < enough_other_failures; ++n) {
    const Case c = cases.at(n);
    const CaseResult r = judge_case(kernel, c, options.conditions);
    if (r.failure && is_about_values(*r.failure)) found.push_back(explanations(observe(kernel, c, options.conditions)));
  }
  return found;
}

/// Diagnoses the failures of one operation: of what explains a failure, what explains most others, too.
void diagnose(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
              const std::vector<Failure*>& failures) {
  std::vector<Explanations> found;
  for (const Failure* f : failures) found.push_back(explain(kernel, *f, options.conditions));
  if (std::all_of(found.begin(), found.end(), [](const Explanations& e) { return e.empty(); })) return;
  std::vector<Explanations> all = explain_others(kernel, options, row);
  all.insert(all.end(), found.begin(), found.end());
  const auto explained = [&](const Misreading* m) {
    return std::count_if(all.begin(), all.end(), [&](const Explanations& e) { return std::ranges::count(e, m) > 0; });
  };
  for (std::size_t n = 0; n < failures.size(); ++n) {
    std::ptrdiff_t most = 0;
    for (const Misreading* m : found[n]) most = std::max(most, explained(m));
    for (const Misreading* m : found[n])
      if (explained(m) == most && failures[n]->diagnoses.size() < most_diagnoses)
        failures[n]->diagnoses.push_back({m->name, m->sentence});
  }
}

}  // namespace

void look_closer(const Kernel& kernel, const JudgeOptions& options, KernelResult& result) {
  for (OperationResult& row : result.operations)
    if (row.failed > 0) row.behaves_like = behaves_like(kernel, options, row, result.failures);
  for (Failure& f : result.failures) f.shrunk = std::make_shared<const Failure>(shrink(kernel, f, options.conditions));
  for (const OperationResult& row : result.operations) {
    std::vector<Failure*> failures;
    for (Failure& f : result.failures)
      if (f.failed.op == row.op && f.failed.dtype == row.dtype && is_about_values(f)) failures.push_back(&f);
    if (!failures.empty()) diagnose(kernel, options, row, failures);
  }
}

}  // namespace cnnspec::checks

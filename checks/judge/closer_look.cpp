#include "checks/judge/closer_look.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "checks/generate/geometry.hpp"
#include "checks/judge/shrink.hpp"
#include "checks/judge/storage.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// So many cases must pass under another profile before it is said that the kernel behaves like it.
constexpr Idx cases_for_a_profile = 100;

/// A case with more multiply-adds is explained from its shrunk one alone.
constexpr Idx most_taps_to_explain = Idx{1} << 20;
constexpr std::size_t most_diagnoses = 3;
/// So many other failures, and so many cases that pass, tell the explanations of one failure apart. They are looked for
/// in so many cases.
constexpr std::size_t enough_others = 6;
constexpr Idx most_other_cases = 60;

bool is_about_values(const Failure& f) {
  return f.kind == FailureKind::wrong_value || f.kind == FailureKind::unwritten_output;
}

/// Whether a case passes; not if there is no such data under that profile.
bool passes(const Kernel& kernel, const Case& c, const Conditions& conditions) {
  try {
    return !judge_case(kernel, c, conditions).failure;
  } catch (const UsageError&) {
    return false;
  }
}

/// Whether the cases of an operation pass if the kernel claims no more than `profile`.
bool passes_as(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row, const Profile& profile) {
  JudgeOptions as = options;
  as.operations = {{row.op, row.dtype}};
  as.conditions.profile = &profile;
  const CaseList cases(as);
  if (cases.size() == 0) return false;
  for (Idx n = 0; n < std::min({cases.size(), cases_for_a_profile}); ++n)
    if (!passes(kernel, cases.at(n), as.conditions)) return false;
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
      return is_about_values(f) && passes(kernel, f.failed, as);
    });
    if (consistent && passes_as(kernel, options, row, profile)) return &profile;
  }
  return nullptr;
}

/// What came out of calls, as far as they returned.
std::vector<Observation> observations_of(const CaseJudge& judge, std::span<const Trial> trials,
                                         std::span<const Execution> executions) {
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < trials.size(); ++n) {
    if (!executions[n].is_done()) continue;
    const DType dtype = trials[n].dtype;
    const std::vector<std::byte> garbage(element_bytes(dtype), static_cast<std::byte>(trials[n].garbage));
    observations.push_back({judge.operation(), judge.arithmetic(), judge.data()[n].inputs,
                            decode(dtype, garbage).front(), decode(dtype, executions[n].output)});
  }
  return observations;
}

/// What the kernel returns on all data of a case.
std::vector<Observation> observe(const Kernel& kernel, const Case& c, const Conditions& conditions) {
  const CaseJudge judge(c, conditions);
  const std::vector<Trial> trials = judge.trials();
  return observations_of(judge, trials, execute(kernel, trials, conditions.isolation));
}

using Explanations = std::vector<const Misreading*>;

/// The misreadings that explain all that the kernel returned on a failed case and on its shrunk one.
Explanations explain(const Kernel& kernel, const Failure& f, const Conditions& conditions) {
  std::vector<Observation> observations;
  for (const Case* c : {&f.shrunk->failed, &f.failed}) {
    if (c == &f.failed && !observations.empty() && taps(c->problem) > most_taps_to_explain) continue;
    for (Observation& o : observe(kernel, *c, conditions)) observations.push_back(std::move(o));
  }
  return explanations(observations);
}

/// Random cases of an operation beside the failures that are diagnosed.
struct OtherCases {
  std::vector<Explanations> failed;                // what explains each
  std::vector<std::vector<Observation>> passed{};  // what came out
};

OtherCases look_at_others(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row) {
  JudgeOptions random = options;
  random.operations = {{row.op, row.dtype}};
  random.problems.clear(), random.data.clear();
  const CaseList cases(random);
  OtherCases others;
  const auto enough = [&] { return others.failed.size() >= enough_others && others.passed.size() >= enough_others; };
  for (Idx n = 0; n < most_other_cases && !enough(); ++n) {
    const CaseJudge judge(cases.at(n), options.conditions);
    const std::vector<Trial> trials = judge.trials();
    const std::vector<Execution> executions = execute(kernel, trials, options.conditions.isolation);
    const CaseResult r = judge.verdict(executions);
    if (r.failure && is_about_values(*r.failure) && others.failed.size() < enough_others)
      others.failed.push_back(explanations(observations_of(judge, trials, executions)));
    if (!r.failure && r.supported && others.passed.size() < enough_others)
      others.passed.push_back(observations_of(judge, trials, executions));
  }
  return others;
}

/// How well a misreading that explains one failure goes with all else that is known about the kernel.
struct Plausibility {
  std::ptrdiff_t explained = 0;     // failures, this one included
  std::ptrdiff_t contradicted = 0;  // cases that pass, and would not if the kernel always made this mistake
  /// Rather in order to explain more, then in order to be contradicted less.
  auto rank() const { return std::pair(-explained, contradicted); }
};

/// Diagnoses the failures of one operation. Of what explains a failure, what goes best with the others is said; and
/// nothing, if that explains only a few of them and cases that pass contradict it: then it agrees by chance.
void diagnose(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
              const std::vector<Failure*>& failures) {
  std::vector<Explanations> found;
  for (const Failure* f : failures) found.push_back(explain(kernel, *f, options.conditions));
  if (std::all_of(found.begin(), found.end(), [](const Explanations& e) { return e.empty(); })) return;
  const OtherCases others = look_at_others(kernel, options, row);
  std::vector<Explanations> all = others.failed;
  all.insert(all.end(), found.begin(), found.end());
  std::map<const Misreading*, Plausibility> plausibilities;
  for (const Explanations& e : found)
    for (const Misreading* m : e) {
      const auto contradicts = [&](const auto& seen) {
        return !std::all_of(seen.begin(), seen.end(), [&](const Observation& o) { return agrees(*m, o); });
      };
      const auto explained_by_m = [&](const Explanations& some) { return std::ranges::count(some, m) > 0; };
      if (!plausibilities.contains(m))
        plausibilities[m] = {std::ranges::count_if(all, explained_by_m),
                             std::ranges::count_if(others.passed, contradicts)};
    }
  const auto is_likely = [&](const Plausibility& p) {
    return p.contradicted == 0 || 2 * p.explained >= static_cast<std::ptrdiff_t>(all.size());
  };
  for (std::size_t n = 0; n < failures.size(); ++n) {
    const Explanations& candidates = found[n];
    if (candidates.empty()) continue;
    const auto rank = [&](const Misreading* m) { return plausibilities.at(m).rank(); };
    const auto best = rank(*std::ranges::min_element(candidates, {}, rank));
    for (const Misreading* m : candidates)
      if (rank(m) == best && is_likely(plausibilities.at(m)) && failures[n]->diagnoses.size() < most_diagnoses)
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

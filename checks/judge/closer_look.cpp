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
constexpr Idx enough_others = 6;
constexpr Idx most_other_cases = 60;
/// So many random cases share a child process.
constexpr Idx cases_in_process = 12;

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

struct Look {
  CaseResult result;
  std::vector<Observation> seen;
};

/// Some cases of a run, from the n-th on, judged in one process. Throws as CaseJudge does.
std::vector<Look> look_at_some(const Kernel& kernel, const JudgeOptions& options, const CaseList& cases, Idx n) {
  const Idx end = std::min(cases.size(), n + (options.problems.empty() ? cases_in_process : 1));
  std::vector<CaseJudge> judges;
  judges.reserve(static_cast<std::size_t>(end - n));
  std::vector<Trial> trials;
  for (; n < end; ++n) {
    const CaseJudge& judge = judges.emplace_back(cases.at(n), options.conditions);
    for (Trial& t : judge.trials(judges.size() - 1)) trials.push_back(std::move(t));
  }
  const std::vector<Execution> executions = execute(kernel, trials, options.conditions.isolation);
  std::vector<Look> looks;
  std::size_t first = 0;
  for (const CaseJudge& judge : judges) {
    const std::size_t calls = judge.data().size();
    const auto own_executions = std::span(executions).subspan(first, calls);
    looks.push_back({judge.verdict(own_executions),
                     observations_of(judge, std::span(trials).subspan(first, calls), own_executions)});
    first += calls;
  }
  return looks;
}

/// Whether the cases of an operation pass if the kernel claims no more than `profile`; not if there is no such data
/// under that profile.
bool passes_as(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row, const Profile& profile) {
  JudgeOptions as = options;
  as.operations = {{row.op, row.dtype}};
  as.conditions.profile = &profile;
  as.cases = cases_for_a_profile;  // however few were asked for
  const CaseList cases(as);
  if (cases.size() == 0) return false;
  try {
    for (Idx n = 0; n < std::min(cases.size(), cases_for_a_profile);) {
      const std::vector<Look> looks = look_at_some(kernel, as, cases, n);
      if (std::any_of(looks.begin(), looks.end(), [](const Look& l) { return l.result.failure.has_value(); }))
        return false;
      n += static_cast<Idx>(looks.size());
    }
  } catch (const UsageError&) {
    return false;
  }
  return true;
}

/// Whether a kernel that broke its claim may be said to behave like that profile. On 16 bits `ieee` is the same as sums
/// in the storage type, which has a name of its own there.
bool may_behave_like(const Profile& profile, DType dtype, const Profile& claimed) {
  const bool is_named_otherwise = &profile == find_profile("ieee") && &profile != &default_profile(dtype);
  return &profile != &claimed && profile.applies(dtype) && !is_named_otherwise;
}

/// The strictest profile that all cases are consistent with, after the one that was claimed.
const Profile* behaves_like(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
                            const std::vector<Failure>& failures) {
  for (const Profile& profile : profiles()) {
    if (!may_behave_like(profile, row.dtype, profile_for(row.dtype, options.conditions.profile))) continue;
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

/// How well a misreading that explains a failure goes with all else that is known about the kernel.
struct Plausibility {
  Idx explained = 0;     // failures
  Idx contradicted = 0;  // cases that pass, and would not if the kernel always made this mistake
};
struct Suspects {
  std::map<const Misreading*, Plausibility> known;
  Idx failures = 0, passed = 0;  // cases that were compared with them

  /// Of those that explain one failure, the ones that explain most others, and of these the ones that are contradicted
  /// least.
  Explanations best(const Explanations& candidates) const {
    Explanations best;
    const auto rank = [&](const Misreading* m) { return std::pair(-known.at(m).explained, known.at(m).contradicted); };
    for (const Misreading* m : candidates) {
      if (!best.empty() && rank(m) > rank(best.front())) continue;
      if (!best.empty() && rank(m) < rank(best.front())) best.clear();
      best.push_back(m);
    }
    return best;
  }
  void compare_with(const Look& look) {
    const bool failed = look.result.failure.has_value();
    if (!look.result.supported || (failed && !is_about_values(*look.result.failure))) return;
    ++(failed ? failures : passed);
    for (auto& [m, plausibility] : known) {
      const auto agrees_with_it = [&, m = m](const Observation& o) { return agrees(*m, o); };
      const bool agrees_with_all = std::all_of(look.seen.begin(), look.seen.end(), agrees_with_it);
      if (failed && agrees_with_all) ++plausibility.explained;
      if (!failed && !agrees_with_all) ++plausibility.contradicted;
    }
  }
  /// What explains only a few failures, and is contradicted by cases that pass, agrees by chance.
  bool is_likely(const Misreading* m) const {
    return known.at(m).contradicted == 0 || 2 * known.at(m).explained >= failures;
  }
};

/// Compares what explains the failures with random cases of the operation, until enough is known.
void weigh(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
           const std::vector<Explanations>& found, Suspects& suspects) {
  JudgeOptions random = options;
  random.operations = {{row.op, row.dtype}};
  random.problems.clear(), random.data.clear();
  random.cases = most_other_cases;  // however few were asked for
  const CaseList cases(random);
  const auto is_enough = [&] {
    const auto is_decided = [&](const Explanations& e) { return suspects.best(e).size() <= 1; };
    return suspects.failures >= enough_others && suspects.passed >= enough_others &&
           std::all_of(found.begin(), found.end(), is_decided);
  };
  for (Idx n = 0; n < cases.size() && !is_enough();) {
    const std::vector<Look> looks = look_at_some(kernel, random, cases, n);
    for (const Look& look : looks) suspects.compare_with(look);
    n += static_cast<Idx>(looks.size());
  }
}

/// Diagnoses the failures of one operation.
void diagnose(const Kernel& kernel, const JudgeOptions& options, const OperationResult& row,
              const std::vector<Failure*>& failures) {
  std::vector<Explanations> found;
  Suspects suspects;
  for (const Failure* f : failures) {
    found.push_back(explain(kernel, *f, options.conditions));
    ++suspects.failures;
    for (const Misreading* m : found.back()) ++suspects.known[m].explained;
  }
  if (suspects.known.empty()) return;
  weigh(kernel, options, row, found, suspects);
  for (std::size_t n = 0; n < failures.size(); ++n)
    for (const Misreading* m : suspects.best(found[n]))
      if (suspects.is_likely(m) && failures[n]->diagnoses.size() < most_diagnoses)
        failures[n]->diagnoses.push_back({m->name, m->sentence});
}

/// What no convention explains is shrunk to what none explains.
Conditions shrinking_conditions(const Failure& f, Conditions conditions) {
  if (f.fits.empty()) conditions.accepted = conventions_of(f.failed.op, f.failed.dtype);
  return conditions;
}

}  // namespace

void look_closer(const Kernel& kernel, const JudgeOptions& options, KernelResult& result) {
  for (OperationResult& row : result.operations)
    if (row.failed > 0 && row.conventions.empty() && row.nearest_explains < row.failed)
      row.behaves_like = behaves_like(kernel, options, row, result.failures);
  for (Failure& f : result.failures)
    f.shrunk = std::make_shared<const Failure>(shrink(kernel, f, shrinking_conditions(f, options.conditions)));
  for (const OperationResult& row : result.operations) {
    std::vector<Failure*> failures;
    for (Failure& f : result.failures)
      if (f.failed.op == row.op && f.failed.dtype == row.dtype && is_about_values(f)) failures.push_back(&f);
    if (!failures.empty()) diagnose(kernel, options, row, failures);
  }
}

}  // namespace cnnspec::checks

#include "checks/judge/closer_look.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "checks/judge/history.hpp"
#include "checks/judge/observe.hpp"
#include "checks/judge/shrink.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// This many cases must pass under another profile before the report says that the kernel behaves like it.
constexpr Idx cases_for_a_profile = 100;

/// A case with more multiply-adds is explained from its shrunk case alone.
constexpr Idx most_taps_to_explain = Idx{1} << 20;
constexpr std::size_t most_diagnoses = 3;
/// This many other failures, and this many passing cases, are enough to choose between the explanations of one failure.
/// At most `most_other_cases` cases are searched for them.
constexpr Idx enough_others = 6;
constexpr Idx most_other_cases = 60;
/// At most this many of the failing cases, and of the passing cases, in which a size was varied.
constexpr std::size_t most_varied_cases = 12;
/// This many random cases share a child process.
constexpr Idx cases_in_process = 12;

bool is_about_values(const Failure& f) {
  return f.kind == FailureKind::wrong_value || f.kind == FailureKind::unwritten_output;
}

/// Whether a case passes. False if the profile has no such data.
bool passes(Host& host, const Case& c, const Conditions& conditions) {
  try {
    return !judge_case(host, c, conditions).failure;
  } catch (const UsageError&) {
    return false;
  }
}

struct Look {
  Problem problem;
  CaseResult result;
  std::vector<Observation> seen;
};

/// Cases judged in one process. Throws as CaseJudge does.
std::vector<Look> look_at(Host& host, const Conditions& conditions, const std::vector<Case>& cases) {
  std::vector<CaseJudge> judges;
  judges.reserve(cases.size());
  std::vector<Trial> trials;
  for (const Case& c : cases) {
    const CaseJudge& judge = judges.emplace_back(c, conditions);
    for (Trial& t : judge.trials(judges.size() - 1)) trials.push_back(std::move(t));
  }
  const std::vector<Execution> executions = host.execute(trials, conditions.isolation);
  std::vector<Look> looks;
  std::size_t first = 0;
  for (const CaseJudge& judge : judges) {
    const std::size_t calls = judge.data().size();
    const auto own_executions = std::span(executions).subspan(first, calls);
    looks.push_back({judge.operation().problem, judge.verdict(own_executions),
                     observations_of(judge, std::span(trials).subspan(first, calls), own_executions)});
    first += calls;
  }
  return looks;
}
/// Some cases of a run, from the n-th on.
std::vector<Look> look_at_some(Host& host, const JudgeOptions& options, const CaseList& cases, Idx n) {
  const Idx end = std::min(cases.size(), n + (options.has_given() ? 1 : cases_in_process));
  std::vector<Case> some;
  for (; n < end; ++n) some.push_back(cases.at(n));
  return look_at(host, options.conditions, some);
}

/// Whether the cases of an operation pass if the kernel claims no more than `profile`. False if the profile has no such
/// data.
bool passes_as(Host& host, const JudgeOptions& options, const OperationResult& row, const Profile& profile) {
  JudgeOptions as = options;
  as.operations = {{row.op, row.dtype}};
  as.conditions.profile = &profile;
  as.cases = cases_for_a_profile;  // whatever number the user asked for
  const CaseList cases(as);
  if (cases.size() == 0) return false;
  try {
    for (Idx n = 0; n < std::min(cases.size(), cases_for_a_profile);) {
      const std::vector<Look> looks = look_at_some(host, as, cases, n);
      if (std::any_of(looks.begin(), looks.end(), [](const Look& l) { return l.result.failure.has_value(); }))
        return false;
      n += static_cast<Idx>(looks.size());
    }
  } catch (const UsageError&) {
    return false;
  }
  return true;
}

/// Whether a kernel that broke its claim may be said to behave like that profile. With 16 bits, `ieee` equals the
/// profile with sums in the storage type, which has its own name there.
bool may_behave_like(const Profile& profile, DType dtype, const Profile& claimed) {
  const bool is_named_otherwise = &profile == find_profile("ieee") && &profile != &default_profile(dtype);
  return &profile != &claimed && profile.applies(dtype) && !is_named_otherwise;
}

/// The strictest profile after the claimed one that agrees with all cases.
const Profile* behaves_like(Host& host, const JudgeOptions& options, const OperationResult& row,
                            const std::vector<Failure>& failures) {
  for (const Profile& profile : profiles()) {
    if (!may_behave_like(profile, row.dtype, profile_for(row.dtype, options.conditions.profile))) continue;
    Conditions as = options.conditions;
    as.profile = &profile;
    const bool consistent = std::all_of(failures.begin(), failures.end(), [&](const Failure& f) {
      if (f.failed.op != row.op || f.failed.dtype != row.dtype) return true;
      return is_about_values(f) && passes(host, f.failed, as);
    });
    if (consistent && passes_as(host, options, row, profile)) return &profile;
  }
  return nullptr;
}

using Explanations = std::vector<const Misreading*>;

/// Some of the cases in which a size was varied that the failure depends on: these tell most.
std::vector<Case> varied(const Plainest& plainest, const std::vector<Case>& cases) {
  std::vector<Case> some;
  for (const SizeCondition& c : plainest.conditions) {
    const Idx size = c.axis.value(plainest.failure.failed.problem);
    std::size_t of_this = 0;
    for (const Case& other : cases)
      if (c.axis.value(other.problem) != size && of_this < most_varied_cases) some.push_back(other), ++of_this;
  }
  return some;
}

/// One failure, its plainest case, and the misreadings that explain it.
struct Examined {
  Failure* failure = nullptr;
  const Plainest* plainest = nullptr;
  Explanations found;
  bool whole = true;  // whether they explain the failure itself, not only its plainest case
};

/// The misreadings that explain every result of the kernel on a failed case and on its shrunk case. If there are none,
/// the kernel may have several mistakes at once: then those that explain the shrunk case alone.
void explain(Host& host, const Conditions& conditions, Examined& e) {
  const Case &failed = e.failure->failed, &shrunk = e.plainest->failure.failed;
  std::vector<Observation> observations = observe(host, shrunk, conditions);
  const std::vector<Observation> of_shrunk = observations;
  if (observations.empty() || taps(failed.problem) <= most_taps_to_explain)
    for (Observation& o : observe(host, failed, conditions)) observations.push_back(std::move(o));
  // First together with cases of other sizes: a block may be larger than these two cases.
  std::vector<Observation> with_others = observations;
  for (const Look& look : look_at(host, conditions, varied(*e.plainest, e.plainest->failing)))
    with_others.insert(with_others.end(), look.seen.begin(), look.seen.end());
  e.found = explanations(with_others);
  if (e.found.empty()) e.found = explanations(observations);
  e.whole = !e.found.empty();
  if (!e.whole) e.found = explanations(of_shrunk);
}

/// How well a misreading that explains one failure agrees with the other results of the kernel.
struct Plausibility {
  Idx explained = 0;  // failing cases that it explains
  Idx contradicted =
      0;            // passing cases that would fail if the kernel made this mistake where the failure depends on it
  Idx excused = 0;  // other passing cases that would fail if the kernel made this mistake everywhere
};

class Suspects {
 public:
  /// Adds the explanations of a failure, together with the conditions under which it fails.
  void add(const Examined& e) {
    ++failures_;
    for (const Misreading* m : e.found) {
      ++known_[m].explained;
      where_[m].push_back(&e.plainest->conditions);
    }
  }
  bool empty() const { return known_.empty(); }

  /// Of the candidates, those that explain most failures; of these, those that are contradicted least, then those that
  /// are excused least.
  Explanations best(const Explanations& candidates) const {
    Explanations best;
    const auto rank = [&](const Misreading* m) {
      const Plausibility& p = known_.at(m);
      return std::tuple(-p.explained, p.contradicted, p.excused);
    };
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
    ++(failed ? failures_ : passed_);
    for (auto& [m, plausibility] : known_) {
      // A passing case outside the sizes for which the kernel is wrong does not contradict a mistake.
      const bool is_beyond =
          std::ranges::none_of(where_.at(m), [&](const auto* c) { return all_hold(*c, look.problem); });
      const bool agrees_with_all =
          std::ranges::all_of(look.seen, [&, m = m](const Observation& o) { return agrees(*m, o); });
      if (failed && agrees_with_all) ++plausibility.explained;
      if (!failed && !agrees_with_all) ++(is_beyond ? plausibility.excused : plausibility.contradicted);
    }
  }

  bool is_enough(const std::vector<Examined>& all) const {
    const auto is_decided = [&](const Examined& e) { return best(e.found).size() <= 1; };
    return failures_ >= enough_others && passed_ >= enough_others && std::ranges::all_of(all, is_decided);
  }
  /// A misreading that explains few failures and is contradicted by passing cases agrees only by chance.
  bool is_likely(const Misreading* m) const {
    return known_.at(m).contradicted == 0 || 2 * known_.at(m).explained >= failures_;
  }
  /// Whether a misreading explains several cases and no case contradicts it.
  bool is_proved(const Misreading* m) const { return known_.at(m).contradicted == 0 && known_.at(m).explained > 1; }

 private:
  std::map<const Misreading*, Plausibility> known_;
  std::map<const Misreading*, std::vector<const std::vector<SizeCondition>*>> where_;
  Idx failures_ = 0, passed_ = 0;  // cases that were compared with the misreadings
};

/// Compares the suspected misreadings with the cases in which sizes were varied, then with random cases of the
/// operation, until enough is known.
void weigh(Host& host, const JudgeOptions& options, const OperationResult& row, const std::vector<Examined>& all,
           Suspects& suspects) {
  std::set<std::string> compared;
  for (const Examined& e : all) {
    if (!compared.insert(to_descriptor(e.plainest->failure.failed.problem)).second) continue;
    for (const auto* cases : {&e.plainest->failing, &e.plainest->passing})
      for (const Look& look : look_at(host, options.conditions, varied(*e.plainest, *cases)))
        suspects.compare_with(look);
  }
  JudgeOptions random = options;
  random.operations = {{row.op, row.dtype}};
  random.given.clear(), random.problems.clear(), random.data.clear();
  random.cases = most_other_cases;  // whatever number the user asked for
  const CaseList cases(random);
  for (Idx n = 0; n < cases.size() && !suspects.is_enough(all);) {
    const std::vector<Look> looks = look_at_some(host, random, cases, n);
    for (const Look& look : looks) suspects.compare_with(look);
    n += static_cast<Idx>(looks.size());
  }
}

/// Whether the mistake shows in none of the cases that pass because this condition does not hold: then the condition
/// says no more than the mistake does.
bool is_implied(Host& host, const Conditions& conditions, const SizeCondition& c, const Plainest& plainest,
                const Misreading& m) {
  std::vector<Case> beyond;
  for (const Case& passing : plainest.passing)
    if (!c.holds(passing.problem) && beyond.size() < most_varied_cases) beyond.push_back(passing);
  return std::ranges::all_of(look_at(host, conditions, beyond), [&](const Look& look) {
    return std::ranges::all_of(look.seen, [&](const Observation& o) { return agrees(m, o); });
  });
}

/// Diagnoses the failures of one operation.
void diagnose(Host& host, const JudgeOptions& options, const OperationResult& row, std::vector<Examined>& all) {
  Suspects suspects;
  for (Examined& e : all) {
    explain(host, options.conditions, e);
    suspects.add(e);
  }
  if (suspects.empty()) return;
  weigh(host, options, row, all, suspects);
  for (const Examined& e : all) {
    std::vector<Diagnosis>& diagnoses = e.failure->diagnoses;
    for (const Misreading* m : suspects.best(e.found))
      if (suspects.is_likely(m) && diagnoses.size() < most_diagnoses)
        diagnoses.push_back({m->name, m->sentence, !e.whole || !suspects.is_proved(m)});
    if (!diagnoses.empty())
      std::erase_if(e.failure->holds, [&](const SizeCondition& c) {
        return is_implied(host, options.conditions, c, *e.plainest, *suspects.best(e.found).front());
      });
  }
}

/// A failure that no convention explains is shrunk to a case that no convention explains.
Conditions shrinking_conditions(const Failure& f, Conditions conditions) {
  if (f.fits.empty()) conditions.accepted = conventions_of(f.failed.op, f.failed.dtype);
  return conditions;
}

/// Finds the shortest history of a failure. False if there is none: the whole case fails alone, or chance decides.
bool look_at_history(Host& host, const Conditions& conditions, Failure& f) {
  const Shortest found = with_shortest_history(host, f, conditions);
  if (found.failure.history.empty()) {
    f.history.clear();
    const bool shows_alone = is_repeated(host, f, conditions) && is_repeated(host, f, conditions);
    if (!shows_alone) f.kind = FailureKind::nondeterministic;
    return false;
  }
  const std::string detail = f.detail;
  f = found.failure, f.detail = detail;
  f.diagnoses = found.plainest.diagnoses;
  f.shrunk = std::make_shared<const Failure>(found.plainest);
  return true;
}

}  // namespace

void look_closer(Host& host, const JudgeOptions& options, KernelResult& result) {
  for (OperationResult& row : result.operations)
    if (row.failed > 0 && row.conventions.empty() && row.nearest_explains < row.failed)
      row.behaves_like = behaves_like(host, options, row, result.failures);
  for (const OperationResult& row : result.operations) {
    std::vector<Failure*> failures;
    for (Failure& f : result.failures)
      if (f.failed.op == row.op && f.failed.dtype == row.dtype) failures.push_back(&f);
    std::vector<Plainest> plainest;
    plainest.reserve(failures.size());
    std::vector<Examined> examined;
    for (Failure* f : failures) {
      if (!f->history.empty() && look_at_history(host, options.conditions, *f)) continue;
      const Plainest& p =
          plainest.emplace_back(find_plainest(host, *f, shrinking_conditions(*f, options.conditions), plainest));
      Failure shrunk = p.failure;
      shrunk.history.clear();  // it fails alone
      if (f->kind == FailureKind::nondeterministic) {
        f->repeat = repeats_needed(host, f->failed, options.conditions);
        shrunk.repeat = repeats_needed(host, shrunk.failed, options.conditions);
      }
      f->shrunk = std::make_shared<const Failure>(shrunk);
      f->holds = p.conditions;
      if (is_about_values(*f)) examined.push_back({f, &p, {}});
    }
    if (!examined.empty()) diagnose(host, options, row, examined);
  }
}

}  // namespace cnnspec::checks

#include "checks/judge/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

#include "checks/generate/moves.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr int most_replays = 300;

/// Says which earlier call has the same answer as the failed one. Answers of zeros alone say nothing.
void look_for_answer(std::span<const Execution> before, const Execution& failed, Failure& f) {
  const bool says_something = std::ranges::any_of(failed.output, [](std::byte b) { return b != std::byte{0}; });
  if (f.kind != FailureKind::wrong_value || !failed.is_done() || !says_something) return;
  for (std::size_t n = before.size(); n > 0; --n) {
    const Execution& e = before[n - 1];
    if (!e.is_done() || e.output != failed.output) continue;
    const bool is_last = n == before.size();
    f.diagnoses.push_back({"earlier-answer",
                           is_last ? "this is the answer to the call before" : "this is the answer to an earlier call",
                           false});
    return;
  }
}

class Search {
 public:
  Search(Host& host, const Failure& failure, const Conditions& conditions)
      : host_(host), conditions_(conditions), best_(failure) {
    left_ = std::min(most_replays, conditions.most_restarts);
  }

  Shortest run() {
    Case with_one_set = best_.failed;
    with_one_set.data = best_.data;
    if (!fails(best_.history, with_one_set) && !fails(best_.history, best_.failed)) return {};
    shorten_from_the_front();
    leave_out();
    if (!is_always_so()) return {};
    const Failure shortest = best_;
    make_plainer();
    leave_out();
    return {shortest, is_always_so() ? best_ : shortest};
  }

 private:
  /// Whether the case fails in the same way after these. If so, it becomes the best so far.
  bool fails(const std::vector<Case>& history, const Case& failed) {
    if (left_-- <= 0) return false;
    try {
      const CaseResult r = judge_after(host_, history, failed, conditions_);
      if (!r.failure || r.failure->kind != best_.kind) return false;
      best_ = *r.failure;
      best_.failed = failed, best_.history = history;
      return true;
    } catch (const UsageError&) {
      return false;  // the problem does not support this data
    }
  }

  /// Whether the case always fails after its history, and never without it.
  bool is_always_so() {
    const int tries = conditions_.most_restarts < most_replays ? 2 : 5;
    for (int n = 0; n < tries; ++n) {
      if (judge_after(host_, {}, best_.failed, conditions_).failure) return false;
      if (!judge_after(host_, best_.history, best_.failed, conditions_).failure) return false;
    }
    return true;
  }

  /// Keeps the last 1, 2, 4, ... cases.
  void shorten_from_the_front() {
    const std::vector<Case> all = best_.history;
    for (std::size_t last = 1; last < all.size(); last *= 2)
      if (fails({all.end() - static_cast<std::ptrdiff_t>(last), all.end()}, best_.failed)) return;
  }

  /// Leaves out stretches of cases, long ones first, until none can be left out.
  void leave_out() {
    for (std::size_t length = std::max<std::size_t>(best_.history.size() / 2, 1); length > 0; length /= 2)
      for (bool again = true; again && left_ > 0;) {
        again = false;
        for (std::size_t first = 0; first < best_.history.size();) {
          std::vector<Case> shorter = best_.history;
          const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(first);
          shorter.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(length, shorter.size() - first)));
          if (!shorter.empty() && fails(shorter, best_.failed))
            again = length == 1;
          else
            first += length;
        }
      }
  }

  std::vector<Case> all() const {
    std::vector<Case> cases = best_.history;
    cases.push_back(best_.failed);
    return cases;
  }
  bool fail(std::vector<Case> cases) {
    const Case last = cases.back();
    cases.pop_back();
    return fails(cases, last);
  }

  /// Applies move `n` to a case, by the largest amount shifted right by `shift`. Returns whether that is another
  /// problem.
  static bool apply(std::size_t n, int shift, Case& c) {
    const std::vector<Move> moves = moves_of(c.problem);
    if (n >= moves.size() || moves[n].most >> shift == 0) return false;
    const std::optional<Problem> p = moves[n].by(moves[n].most >> shift);
    if (p) c.problem = *p;
    return p.has_value();
  }

  /// Makes all problems of the layer of the failed case plainer together, so that what they have in common stays in
  /// common; then each for itself; then the data.
  void make_plainer() {
    for (bool again = true; again && left_ > 0;) {
      again = false;
      const std::size_t moves = moves_of(best_.failed.problem).size();
      for (std::size_t n = 0; n < moves; ++n) again |= move_all(n);
      for (std::size_t k = 0; k <= best_.history.size(); ++k)
        for (std::size_t n = 0; n < moves_of(all()[k].problem).size(); ++n) again |= move_one(k, n);
    }
    for (std::size_t k = 0; k <= best_.history.size(); ++k)
      for (const char* const family : {"ones", "exact-first-wide"}) {
        std::vector<Case> cases = all();
        if (cases[k].data == family) break;
        cases[k].data = family;
        if (fail(std::move(cases))) break;
      }
  }
  /// Calls `change(shift, cases)` with ever larger shifts, until the changed cases fail or nothing changes any more.
  template <class Change>
  bool improve(Change change) {
    for (int shift = 0; left_ > 0; ++shift) {
      std::vector<Case> cases = all();
      if (!change(shift, cases)) return false;
      if (fail(std::move(cases))) return true;
    }
    return false;
  }
  bool move_all(std::size_t n) {
    return improve([&](int shift, std::vector<Case>& cases) {
      bool any = false;
      for (Case& c : cases)
        if (layer_id(c.op) == layer_id(best_.failed.op)) any |= apply(n, shift, c);
      return any;
    });
  }
  bool move_one(std::size_t k, std::size_t n) {
    return improve([&](int shift, std::vector<Case>& cases) { return apply(n, shift, cases[k]); });
  }

  Host& host_;
  const Conditions& conditions_;
  Failure best_;
  int left_ = 0;  // replays
};

}  // namespace

CaseResult judge_after(Host& host, const std::vector<Case>& before, const Case& c, const Conditions& conditions) {
  std::vector<CaseJudge> judges;
  judges.reserve(before.size() + 1);
  std::vector<Trial> trials;
  std::size_t own = 0;  // the number of the first call of the case
  const auto add = [&](const Case& which) {
    own = trials.size();
    const CaseJudge& judge = judges.emplace_back(which, conditions);
    for (Trial& t : judge.trials(judges.size() - 1)) trials.push_back(std::move(t));
  };
  for (const Case& earlier : before) add(earlier);
  add(c);
  host.renew();
  const std::vector<Execution> executions = host.execute(trials, conditions.isolation);
  const auto of_case = std::span(executions).subspan(own);
  const bool is_one_process = std::ranges::all_of(std::span(executions).first(own), [](const Execution& e) {
    return e.ending == Execution::Ending::returned || e.ending == Execution::Ending::not_made;
  });
  if (!is_one_process || of_case.front().ending == Execution::Ending::not_made) return {};
  CaseResult result = judges.back().verdict(of_case);
  if (result.failure) {
    result.failure->history = before;
    const auto failed = own + static_cast<std::size_t>(result.failed_call);
    look_for_answer(std::span(executions).first(failed), executions[failed], *result.failure);
  }
  return result;
}

bool is_repeated(Host& host, const Failure& failure, const Conditions& conditions) {
  for (int tries = 0; tries < 2; ++tries)
    if (judge_after(host, failure.history, failure.failed, conditions).failure) return true;
  return false;
}

Idx repeats_needed(Host& host, const Case& c, const Conditions& conditions) {
  constexpr double missed = 0.02;
  const CaseJudge judge(c, conditions);
  const std::vector<Trial> calls = judge.trials();
  const int tries = judge.operation().is_large() ? 4 : 20;
  int shown = 0;
  for (int n = 0; n < tries; ++n) shown += judge.verdict(host.execute(calls, conditions.isolation)).failure.has_value();
  if (shown == tries) return 1;
  const double passes = 1 - std::max(shown, 1) / static_cast<double>(tries);
  return static_cast<Idx>(std::ceil(std::log(missed) / std::log(passes)));
}

Shortest with_shortest_history(Host& host, const Failure& failure, const Conditions& conditions) {
  return Search(host, failure, conditions).run();
}

}  // namespace cnnspec::checks

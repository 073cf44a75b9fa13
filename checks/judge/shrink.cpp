#include "checks/judge/shrink.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "checks/data/literal_data.hpp"
#include "checks/generate/moves.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/observe.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

// Work is counted and not timed, so that every machine finds the same case. A call costs 1, and so does each of these
// numbers of multiply-adds or elements.
constexpr double taps_like_a_call = 20'000, elements_like_a_call = 2'000;
constexpr double most_work = 1500, most_work_on_sizes = 600;  // limits on the total work
constexpr double most_work_on_a_size = 20;                    // limit for one case
constexpr int most_hangs = 5;                                 // each hang takes as long as a call may take

constexpr double most_elements = 70'000;           // limit for data that is shrunk element by element
constexpr std::size_t most_literal = 24;           // elements that are not zero, for a command line
constexpr Idx most_taps_for_reasons = 20'000'000;  // in total over all misreadings

/// The steps to try when nothing is known, largest first.
std::vector<Idx> amounts(const Move& move) {
  std::vector<Idx> all;
  for (const Idx amount : {move.most, move.most - 1, move.most / 2})
    if (amount > 0) all.push_back(amount);
  for (Idx power = 1; power < move.most; power *= 2) all.push_back(power);
  std::ranges::sort(all, std::greater<>());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

// ---- The search ----

double work_of(const Operation& operation) {
  return 1 + static_cast<double>(taps(operation.problem)) / taps_like_a_call +
         operation.elements() / elements_like_a_call;
}

/// Distinguishes two reasons for failures of the same kind.
bool is_nan_instead(const Failure& f) {
  return f.elements_wrong > 0 && std::isnan(f.actual) && !std::isnan(f.expected);
}

class Shrinker {
 public:
  Shrinker(Host& host, const Failure& failure, const Conditions& conditions)
      : host_(host), conditions_(conditions), best_(failure), from_(failure) {
    best_.shrunk = nullptr;
  }

  Plainest run(bool with_sizes, std::span<const Plainest> known = {}) {
    reasons_ = explained(best_.failed);
    Plainest found;
    const Case all_data = best_.failed;
    Case its_data = all_data;
    if (its_data.data.empty()) its_data.data = best_.data;
    if (improves(its_data) || improves(all_data)) {  // else the failure depends on earlier calls
      shrink_configuration();
      const bool can_vary = !is_literal(best_.failed.data) && best_.kind != FailureKind::hang;
      if (with_sizes && can_vary) {
        const auto same = std::ranges::find_if(known, [&](const Plainest& other) {
          return other.failure.kind == best_.kind &&
                 to_descriptor(other.failure.failed.problem) == to_descriptor(best_.failed.problem);
        });
        if (same != known.end())
          found = *same;
        else
          find_sizes(found);
      }
      shrink_data();
    }
    found.failure = best_;
    return found;
  }

 private:
  bool is_over() const {
    return work_ >= limit_ || hangs_ >= most_hangs || hangs_ + crashes_ >= conditions_.most_restarts;
  }

  /// The misreadings that explain the case, if finding them is cheap.
  std::vector<const Misreading*> explained(const Case& c) const {
    if (best_.kind != FailureKind::wrong_value && best_.kind != FailureKind::unwritten_output) return {};
    return explanations(observe(host_, c, conditions_), most_taps_for_reasons, true);
  }

  /// Whether a misreading that explains the original case also explains this one.
  bool has_same_reason(const Case& c) const {
    if (reasons_.empty()) return true;
    const std::vector<Observation> seen = observe(host_, c, conditions_);
    return std::ranges::any_of(reasons_, [&](const Misreading* m) {
      return std::ranges::all_of(seen, [&](const Observation& o) { return agrees(*m, o); });
    });
  }

  /// The failure of case `c`, if it fails for the same reason.
  std::optional<Failure> failure_of(const Case& c, bool is_same_configuration = false) {
    if (is_over()) return {};
    try {
      work_ += work_of(operation_of(c.op, c.problem));
      CaseResult r = judge_case(host_, c, conditions_);
      if (r.failure && r.failure->kind == FailureKind::crash) ++crashes_;
      if (!r.failure || r.failure->kind != from_.kind || is_nan_instead(*r.failure) != is_nan_instead(from_)) return {};
      if (r.failure->kind == FailureKind::hang) ++hangs_;
      if (!is_same_configuration && !has_same_reason(c)) return {};
      return r.failure;
    } catch (const UsageError&) {
      return {};  // the problem does not support this data family
    }
  }

  /// The work limit for a problem that replaces `problem`: one group with the same channels may have 1000 times the
  /// weights.
  double most_work_in_place_of(const Problem& problem) const {
    return std::max(most_work_on_a_size, 2 * work_of(operation_of(best_.failed.op, problem)));
  }

  /// Whether case `c` fails for the same reason. If so, it becomes the best case so far.
  bool improves(const Case& c) {
    const bool is_same_configuration = to_descriptor(c.problem) == to_descriptor(best_.failed.problem);
    std::optional<Failure> failure = failure_of(c, is_same_configuration);
    if (!failure) return false;
    best_ = *std::move(failure);
    best_.failed = c;
    return true;
  }
  bool improves(const std::optional<Problem>& problem) {
    if (!problem || !tried_.insert(to_descriptor(*problem)).second) return false;
    Case c = best_.failed;
    if (work_of(operation_of(c.op, *problem)) > most_work_in_place_of(c.problem)) return false;  // not plainer
    c.problem = *problem;
    return improves(c);
  }

  /// Follows a move as far as possible: to its end, or to where the failure stops, or in steps of 1, 2, 4, ...
  bool follow(const Move& move) {
    if (move.most == 0) return false;
    if (improves(move.by(move.most))) return true;
    Idx fails = 0;
    for (Idx passes = move.most; passes - fails > 1 && !is_over();) {
      const Idx half = fails + (passes - fails) / 2;
      (improves(move.by(half)) ? fails : passes) = half;
    }
    if (fails > 0) return true;
    const std::vector<Idx> others = amounts(move);
    return std::ranges::any_of(others, [&](Idx amount) { return improves(move.by(amount)); });
  }

  void shrink_configuration() {
    const std::size_t count = moves_of(best_.failed.problem).size();
    for (bool again = true; again && !is_over();) {
      again = false;
      for (std::size_t n = 0; n < count && !is_over(); ++n) again |= follow(moves_of(best_.failed.problem)[n]);
    }
  }

  void find_sizes(Plainest& found) {
    const Case plainest = best_.failed;
    const double work_before = work_;
    limit_ = work_ + most_work_on_sizes;
    std::map<std::string, std::optional<bool>> known{{to_descriptor(plainest.problem), true}};
    const double most = most_work_in_place_of(plainest.problem);
    const auto with = [&](const Problem& p) {
      Case c = plainest;
      c.problem = p;
      return c;
    };
    const Dependence d = dependence_on_sizes(plainest.problem, [&](const Problem& p) -> std::optional<bool> {
      const auto [place, is_new] = known.insert({to_descriptor(p), std::nullopt});
      if (is_new && !is_over() && work_of(operation_of(plainest.op, p)) <= most)
        place->second = failure_of(with(p)).has_value();
      return place->second;
    });
    found.conditions = d.conditions;
    for (const Problem& p : d.failing) found.failing.push_back(with(p));
    for (const Problem& p : d.passing) found.passing.push_back(with(p));
    for (auto* cases : {&found.failing, &found.passing})
      for (Case& c : *cases) c.data = from_.failed.data;
    limit_ = most_work + work_ - work_before;
  }

  /// The current data, or nothing if it is not to be shrunk.
  std::optional<Operands<double>> data() const {
    const Operation operation = operation_of(best_.failed.op, best_.failed.problem);
    // Bisection finds one element among this many: each step tries both halves.
    const double steps = 2 * std::log2(operation.elements());
    if (operation.elements() > most_elements || work_ + steps * work_of(operation) > limit_) return {};
    const CaseJudge judge(best_.failed, conditions_);
    const auto failed = std::ranges::find(judge.data(), best_.data, &DataSet::family);
    if (failed == judge.data().end()) return {};
    return failed->inputs;
  }

  bool improves(const Operands<double>& inputs) {
    Case c = best_.failed;
    c.data = to_literal(operation_of(c.op, c.problem), inputs, static_cast<std::size_t>(most_elements));
    return improves(c);
  }

  void shrink_data() {
    const std::optional<Operands<double>> all = data();
    if (!all) return;
    const Failure before = best_;
    const Operation operation = operation_of(best_.failed.op, best_.failed.problem);
    Operands<double> inputs = *all;
    if (!improves(inputs)) return;  // e.g. because the failure needs the garbage of the original call
    for (bool again = true; again && !is_over();) {
      again = false;
      if (inputs.size() > 1 && inputs[0].size() == inputs[1].size())
        again |= leave_out(inputs, {&inputs[0], &inputs[1]});
      for (std::vector<double>& v : inputs) again |= leave_out(inputs, {&v});
      again |= simplify_all(inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i) again |= simplify(inputs, inputs[i], operation.inputs[i]);
    }
    if (to_literal(operation, inputs, most_literal).empty()) best_ = before;
  }

  /// Applies `change` to the inputs, and keeps the result if it still fails.
  template <class Change>
  bool try_change(Operands<double>& inputs, Change change) {
    const Operands<double> before = inputs;
    change();
    if (improves(inputs)) return true;
    inputs = before;
    return false;
  }
  static std::span<double> run_of(std::vector<double>& v, std::size_t first, std::size_t length) {
    return std::span(v).subspan(first, std::min(length, v.size() - first));
  }

  /// Sets runs of elements to zero, long runs first: in one tensor, or in several tensors of equal length at the same
  /// time.
  bool leave_out(Operands<double>& inputs, const std::vector<std::vector<double>*>& tensors) {
    const std::size_t count = tensors.front()->size();
    bool any = false;
    for (std::size_t length = count; length > 0; length /= 2)
      for (std::size_t first = 0; first < count && !is_over(); first += length) {
        const auto is_zero = [&](std::vector<double>* v) {
          return std::ranges::all_of(run_of(*v, first, length), [](double e) { return e == 0 && !std::signbit(e); });
        };
        if (std::ranges::all_of(tensors, is_zero)) continue;
        any |= try_change(inputs, [&] {
          for (std::vector<double>* v : tensors) std::ranges::fill(run_of(*v, first, length), 0.0);
        });
      }
    return any;
  }

  /// Sets all elements of a tensor, or of all tensors, to 1.
  bool simplify_all(Operands<double>& inputs) {
    const auto is_plain = [](const std::vector<double>& v) {
      return std::ranges::all_of(v, [](double e) { return e == 0 || e == 1; });
    };
    const auto make_plain = [](std::vector<double>& v) {
      for (double& e : v)
        if (e != 0) e = 1;
    };
    bool any = false;
    if (!std::ranges::all_of(inputs, is_plain))
      any |= try_change(inputs, [&] { std::ranges::for_each(inputs, make_plain); });
    for (std::vector<double>& v : inputs)
      if (!is_plain(v)) any |= try_change(inputs, [&] { make_plain(v); });
    return any;
  }
  /// Sets single elements to 1, or makes them smaller.
  bool simplify(Operands<double>& inputs, std::vector<double>& v, const TensorInfo& tensor) {
    bool any = false;
    for (double& e : v) {
      const double before = e;
      if (before == 0 || before == 1) continue;
      for (const double plain : {1.0, -1.0, std::trunc(before), std::trunc(before / 2)}) {
        const bool is_plainer = std::fabs(plain) < std::fabs(before) || (before == -1 && plain == 1);
        if (!is_plainer || is_over() || (plain < 0 && !tensor.is_stored())) continue;
        if (try_change(inputs, [&] { e = plain; })) {
          any = true;
          break;
        }
      }
    }
    return any;
  }

  Host& host_;
  const Conditions conditions_;
  Failure best_;
  const Failure from_;
  std::vector<const Misreading*> reasons_;
  std::set<std::string> tried_;  // the problems that were tried
  double work_ = 0, limit_ = most_work;
  int hangs_ = 0, crashes_ = 0;
};

}  // namespace

std::vector<Problem> plainer(const Problem& problem) {
  std::vector<Problem> all;
  for (const Move& move : moves_of(problem))
    for (const Idx amount : amounts(move))
      if (move.most > 0)
        if (const std::optional<Problem> p = move.by(amount)) all.push_back(*p);
  return all;
}

Plainest find_plainest(Host& host, const Failure& failure, const Conditions& conditions,
                       std::span<const Plainest> known) {
  return Shrinker(host, failure, conditions).run(conditions.searches_sizes, known);
}

Failure shrink(Host& host, const Failure& failure, const Conditions& conditions) {
  return Shrinker(host, failure, conditions).run(false).failure;
}

}  // namespace cnnspec::checks

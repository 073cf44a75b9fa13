#include "checks/judge/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "checks/host/fork_host.hpp"
#include "checks/judge/closer_look.hpp"
#include "checks/judge/deviations.hpp"
#include "checks/judge/history.hpp"
#include "checks/judge/memory.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/stream.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

bool contains(const auto& list, auto value) { return std::find(list.begin(), list.end(), value) != list.end(); }

/// Whether the data family that a case names applies to its problem. True if the case names none.
bool has_data(const Case& c, const Profile* profile) {
  const DataFamily* const family = c.data.empty() ? nullptr : find_data_family(c.data);
  if (family == nullptr) return true;
  const Operation operation = operation_of(c.op, c.problem);
  const Arithmetic arithmetic = arithmetic_for(c.dtype, profile);
  return family->applies(operation, arithmetic, plan_exact(operation, arithmetic));
}

}  // namespace

std::vector<JudgedOperation> operations_to_judge(const HostedKernel& kernel, const std::vector<Op>& ops,
                                                 const std::vector<DType>& types) {
  std::vector<JudgedOperation> operations;
  for (const DTypeRow& row : dtype_rows)
    for (const Op op : all_ops()) {
      const bool wanted = (ops.empty() || contains(ops, op)) && (types.empty() || contains(types, row.dtype));
      if (wanted && kernel.has(op, row.dtype)) operations.push_back({op, row.dtype});
    }
  return operations;
}
std::vector<JudgedOperation> operations_to_judge(const Kernel& kernel, const std::vector<Op>& ops,
                                                 const std::vector<DType>& dtypes) {
  return operations_to_judge(FunctionKernel(kernel), ops, dtypes);
}

CaseList::CaseList(const JudgeOptions& options) : options_(options), given_(options.given) {
  for (const Problem& problem : options.problems)
    for (const JudgedOperation& operation : options.operations)
      if (layer_id(operation.op) == layer_id(problem))
        given_.push_back({operation.op, operation.dtype, problem, options.seed, options.data});
  if (options.repeat > 1) {
    std::vector<Case> once = std::move(given_);
    given_.clear();
    for (const Case& c : once) given_.insert(given_.end(), static_cast<std::size_t>(options.repeat), c);
  }
  const auto bytes = [&](const Case& c) { return bytes_for(c, options.conditions); };
  if (const auto largest = std::ranges::max_element(given_, {}, bytes); largest != given_.end())
    require_memory(largest->problem, bytes(*largest), options.most_bytes);
  if (options.has_given()) return;
  std::map<Op, DefaultCases> known;
  for (const JudgedOperation& o : options.operations) {
    const std::uint64_t seed = Stream(options.seed, static_cast<std::uint64_t>(o.op)).bits();
    const auto [cases, is_first] = known.try_emplace(o.op, o.op, options.limits, seed);
    of_rows_.push_back(is_first ? cases->second : cases->second.without_large());
  }
}

Idx CaseList::size() const {
  if (options_.has_given()) return static_cast<Idx>(given_.size());
  return options_.cases * static_cast<Idx>(options_.operations.size());
}

Case CaseList::at(Idx n) const {
  if (options_.has_given()) return given_[static_cast<std::size_t>(n)];
  const Idx operations = static_cast<Idx>(options_.operations.size());
  const JudgedOperation& operation = options_.operations[static_cast<std::size_t>(n % operations)];
  const auto kind = static_cast<std::uint64_t>(operation.op) * 4 + static_cast<std::uint64_t>(operation.dtype);
  // 32 bits: enough to tell cases apart, and few enough to be read and typed.
  const auto seed_of = [&](Idx k) {
    return Stream(Stream(options_.seed, kind).bits(), static_cast<std::uint64_t>(k)).bits() >> 32;
  };
  const Idx k = n / operations;
  const DefaultCase c = of_rows_[static_cast<std::size_t>(n % operations)].at(k, seed_of);
  Case drawn{operation.op, operation.dtype, c.problem, seed_of(k), options_.data.empty() ? c.data : options_.data};
  if (!has_data(drawn, options_.conditions.profile)) {  // not of the requested family: its sums are too long
    RandomChoices choices(drawn.seed);
    drawn.problem = draw_problem(choices, layer_id(operation.op), options_.limits);
  }
  return drawn;
}

namespace {

/// The cases that share a child process: stretches of the list. Starting a process is expensive, so a stretch has many
/// cases; but in a short random run it has few, so that every core gets work. Given cases may be large: a stretch of
/// them needs little memory, unless it is a single case. The stretches, and so the result, do not depend on the number
/// of cores.
class Stretches {
 public:
  Stretches(const JudgeOptions& options, const CaseList& cases)
      : most_(options.has_given() ? most : std::clamp(cases.size() / in_short_run, least, most)) {
    if (!options.has_given()) return;
    double bytes = 0;
    for (Idx n = 0; n < cases.size(); ++n) {
      const double more = bytes_of_data(cases.at(n), options.conditions);
      const bool is_full =
          !options.in_one_process && n > 0 && (n - begins_.back() == most_ || bytes + more > most_bytes);
      if (n == 0 || is_full) begins_.push_back(n), bytes = 0;
      bytes += more;
    }
    begins_.push_back(cases.size());
  }

  /// The first case of that stretch, or the end of the list.
  Idx begin(Idx stretch) const {
    if (begins_.empty()) return stretch * most_;
    return begins_[static_cast<std::size_t>(std::min(stretch, static_cast<Idx>(begins_.size()) - 1))];
  }

 private:
  static constexpr Idx least = 48, most = 192, in_short_run = 32;
  static constexpr double most_bytes = 0x1p26;

  const Idx most_;           // cases in one stretch
  std::vector<Idx> begins_;  // the first cases of the stretches of given cases, then the end
};

/// Judges the cases of a run in batches, on several threads, and hands the results on in the order of the cases.
class Run {
 public:
  /// `most`: judges only the first `most` cases of the list.
  Run(const HostedKernel& kernel, const JudgeOptions& options, Idx most = std::numeric_limits<Idx>::max())
      : kernel_(kernel),
        options_(options),
        cases_(options),
        size_(std::min(most, cases_.size())),
        stretches_(options, cases_),
        deviations_(options.operations.size(), Deviations(options.failures_kept)) {}

  KernelResult judge(const std::function<void(Idx)>& progress) {
    KernelResult result;
    result.kernel = kernel_.name(), result.conditions = options_.conditions, result.seed = options_.seed;
    result.least_sensitivity = options_.least_sensitivity, result.problems_given = options_.has_given();
    for (const JudgedOperation& s : options_.operations) result.operations.emplace_back(s.op, s.dtype);
    given_up_ = std::vector<std::atomic<bool>>(result.operations.size());
    const int jobs = sanitized ? 1 : std::max(1, options_.jobs);
    if (jobs == 1)
      judge_alone(result, progress);
    else
      judge_in_threads(jobs, result, progress);
    if (failure_) std::rethrow_exception(failure_);
    for (const Deviations& d : deviations_) {
      const std::vector<Failure> kept = d.kept();
      result.failures.insert(result.failures.end(), kept.begin(), kept.end());
    }
    result.interrupted = is_interrupted();
    result.stopped_on_time = !result.interrupted && result.handled < size_;
    return result;
  }

  /// The deviations of each operation.
  const std::vector<Deviations>& deviations() const { return deviations_; }

 private:
  struct Judged {
    Case which;
    CaseResult result;
  };

  /// The first case of a batch of cases that are judged together. The last batch ends at the end of the run.
  Idx begin_of(Idx batch) const { return std::min(size_, stretches_.begin(batch)); }

  bool is_interrupted() const { return options_.interrupted != nullptr && *options_.interrupted; }
  bool is_time_up() const { return options_.seconds > 0 && seconds_since(start_) >= options_.seconds; }

  /// Judges without threads. A process that has threads may fork a child with a lock that nobody there will ever
  /// release. The C library handles its own locks; a sanitizer does not.
  void judge_alone(KernelResult& result, const std::function<void(Idx)>& progress) {
    const std::unique_ptr<Host> host = kernel_.host();
    for (Idx batch = 0; begin_of(batch) < size_ && !is_interrupted() && !is_time_up() && !is_refuted_; ++batch) {
      done_[batch] = judge_batch(batch, *host);
      merge(batch, result);
      if (progress) progress(begin_of(batch + 1));
    }
  }

  void judge_in_threads(int jobs, KernelResult& result, const std::function<void(Idx)>& progress) {
    working_ = jobs;
    std::vector<std::unique_ptr<Host>> hosts;  // made before there are threads
    for (int n = 0; n < jobs; ++n) hosts.push_back(kernel_.host());
    std::vector<std::jthread> workers;
    for (const auto& host : hosts) workers.emplace_back([this, &host] { work(*host); });
    for (Idx batch = 0; wait_for(batch); ++batch) {
      merge(batch, result);
      if (progress) progress(begin_of(batch + 1));
    }
  }

  void work(Host& host) {
    try {
      while (!failed_ && !is_interrupted() && !is_time_up() && !is_refuted_) {
        const Idx batch = next_++;
        if (begin_of(batch) >= size_) break;
        std::vector<Judged> judged = judge_batch(batch, host);
        const std::lock_guard lock(mutex_);
        done_[batch] = std::move(judged);
        news_.notify_one();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      failed_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    news_.notify_one();
  }

  /// Waits until batch `batch` is done or cannot be done any more. Returns whether it is done.
  bool wait_for(Idx batch) {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [&] { return done_.contains(batch) || working_ == 0; });
    return done_.contains(batch);
  }

  std::size_t row_of(const Case& c) const {
    const auto row = std::find_if(options_.operations.begin(), options_.operations.end(),
                                  [&](const JudgedOperation& o) { return o.op == c.op && o.dtype == c.dtype; });
    return static_cast<std::size_t>(row - options_.operations.begin());
  }

  /// At most this many failed cases of an operation in a batch restart a persistent process, which may take seconds.
  static constexpr Idx most_renewed = 3;

  /// Judges all cases of a batch in one process. Each case that failed there is judged again in its own process. A case
  /// whose sets of data are judged in turn is a batch of its own.
  std::vector<Judged> judge_batch(Idx batch, Host& host) const {
    if (const Case c = cases_.at(begin_of(batch));
        begin_of(batch + 1) - begin_of(batch) == 1 && is_judged_in_turn(c, options_.conditions)) {
      if (given_up_[row_of(c)]) return {};
      const Clock::time_point begin = Clock::now();
      Judged alone{c, judge_in_turn(host, c, options_.conditions)};
      alone.result.seconds = seconds_since(begin);
      return {alone};
    }
    std::vector<Judged> judged;
    std::vector<CaseJudge> judges;
    std::vector<Trial> trials;
    judges.reserve(static_cast<std::size_t>(begin_of(batch + 1) - begin_of(batch)));
    for (Idx n = begin_of(batch); n < begin_of(batch + 1); ++n) {
      const Case c = cases_.at(n);
      if (given_up_[row_of(c)]) continue;
      const Clock::time_point begin = Clock::now();
      const CaseJudge& judge = judges.emplace_back(c, options_.conditions);
      for (Trial& t : judge.trials(judges.size() - 1)) trials.push_back(std::move(t));
      judged.push_back({c, {}});
      judged.back().result.seconds = seconds_since(begin);
    }
    const std::vector<Execution> executions = host.execute(trials, options_.conditions.isolation);
    std::size_t first = 0;
    std::vector<Idx> hung(options_.operations.size()), renewed(options_.operations.size());
    std::vector<Chance> chance(options_.operations.size());
    for (std::size_t n = 0; n < judged.size(); ++n) {
      const Clock::time_point begin = Clock::now();
      const auto calls = std::span(executions).subspan(first, judges[n].data().size());
      first += calls.size();
      Idx& hung_before = hung[row_of(judged[n].which)];
      if (hung_before >= options_.most_hung) continue;  // the operation is given up, and this result is ignored
      const bool is_made = calls.front().ending != Execution::Ending::not_made;
      CaseResult result = is_made ? judges[n].verdict(calls) : judges[n].judge(host);
      if (result.failure && is_made) {
        if (renewed[row_of(judged[n].which)]++ < most_renewed) host.renew();
        result =
            confirmed(judges[n], std::span(judged).first(n), std::move(result), host, chance[row_of(judged[n].which)]);
      }
      hung_before += result.failure && result.failure->kind == FailureKind::hang;
      result.seconds += judged[n].result.seconds + seconds_since(begin);
      judged[n].result = std::move(result);
    }
    return judged;
  }

  /// What was found about failures of an operation in a batch that do not show in a process of their own.
  struct Chance {
    static constexpr Idx most_looked_at = 3;  // the others are taken to be like the last of these
    Idx looked_at = 0;
    bool decides = false;  // not the calls before
  };

  /// The result in a process of its own. If it is right there, either the failure needs the calls before, or chance
  /// decides.
  CaseResult confirmed(const CaseJudge& judge, std::span<const Judged> before, CaseResult result, Host& host,
                       Chance& chance) const {
    CaseResult alone = judge.judge(host);
    if (alone.failure) return alone;
    Failure& f = *result.failure;
    f.detail = fmt::format("{}{}{} in a process that had computed other cases before, right in one of its own",
                           f.detail, f.detail.empty() ? "" : "; ", name_of(f.kind));
    for (const Judged& j : before) f.history.push_back(j.which);
    if (chance.looked_at++ < Chance::most_looked_at)
      chance.decides = f.history.empty() || !is_repeated(host, f, options_.conditions);
    if (chance.decides) f.kind = FailureKind::nondeterministic, f.history.clear();
    return result;
  }

  void merge(Idx batch, KernelResult& result) {
    std::vector<Judged> judged;
    {
      const std::lock_guard lock(mutex_);
      judged = std::move(done_.extract(batch).mapped());
    }
    result.handled = begin_of(batch + 1);
    for (Judged& j : judged) {
      const std::size_t n = row_of(j.which);
      OperationResult& row = result.operations[n];
      row.mixture_accepted = options_.conditions.accepts_mixed;
      if (row.given_up) continue;
      row.add(j.result, j.which.problem);
      result.coverage.add(j.which.problem, j.result.supported);
      if (j.result.supported) row.sizes.add(j.which.problem);
      deviations_[n].add(j.result);
      if (j.result.failure && !options_.conditions.follows.empty()) is_refuted_ = true;
      if (row.hung >= options_.most_hung) row.given_up = row.cases, given_up_[n] = true;
    }
  }

  const HostedKernel& kernel_;
  const JudgeOptions& options_;
  const CaseList cases_;
  const Idx size_;  // number of cases
  const Stretches stretches_;
  const Clock::time_point start_ = Clock::now();
  std::vector<std::atomic<bool>> given_up_;  // for each operation
  std::atomic<Idx> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> is_refuted_ = false;  // a case failed under the conventions that should explain all cases
  std::mutex mutex_;                      // guards all members below
  std::condition_variable news_;
  std::map<Idx, std::vector<Judged>> done_;
  int working_ = 0;  // running threads
  std::exception_ptr failure_;
  std::vector<Deviations> deviations_;  // for each operation
};

bool is_of(const Failure& f, const OperationResult& row) {
  return f.failed.op == row.op && f.failed.dtype == row.dtype;
}

/// Judges the cases of a row again, up to the first that fails. Only results that follow these conventions are right.
OperationResult judged_under(const HostedKernel& kernel, const JudgeOptions& options, const OperationResult& row,
                             ConventionSet set) {
  JudgeOptions following = options;
  following.operations = {{row.op, row.dtype}};
  following.conditions.follows = set;
  following.failures_kept = 0;
  following.seconds = 0;
  return Run(kernel, following, row.cases).judge({}).operations.front();
}

/// Finds the conventions that explain all deviations of a row. All cases must agree with them, also those that passed:
/// a kernel that follows a convention only sometimes is wrong.
void find_conventions(const HostedKernel& kernel, const JudgeOptions& options, const Deviations& deviations,
                      KernelResult& result, OperationResult& row) {
  if (row.failed == 0 || row.given_up) return;
  for (const ConventionSet set : deviations.explanations(options.conditions.accepted)) {
    OperationResult again = judged_under(kernel, options, row, set);
    if (again.failed > 0 || again.cases < row.cases) continue;
    if (set.is_within(options.conditions.accepted)) {
      again.seconds += row.seconds;
      row = again;
      row.accepted = true;
      std::erase_if(result.failures, [&](const Failure& f) { return is_of(f, row); });
    }
    row.conventions = set;
    return;
  }
  const Deviations::Nearest nearest = deviations.nearest();
  row.nearest = nearest.set, row.nearest_explains = nearest.cases;
}

}  // namespace

FirstCalls make_first_calls(const HostedKernel& kernel, const JudgeOptions& options) {
  constexpr Idx most_calls = 100;
  Idx made = 4;  // cases of each operation whose calls are made
  const CaseList cases(options);
  const auto rows = static_cast<Idx>(options.operations.size());
  const std::unique_ptr<Host> host = kernel.host();
  std::vector<Idx> planned(options.operations.size());
  FirstCalls first;
  std::vector<double> of_a_call;  // for each case; one that waits for something else is not taken for a slow kernel
  for (Idx n = 0; n < cases.size(); ++n) {
    const CaseJudge judge(cases.at(n), options.conditions);  // the trials refer to it
    const std::vector<Trial> trials = judge.trials();
    if (n < made * rows) {
      const Clock::time_point begin = Clock::now();
      Idx calls = 0;
      for (const Execution& e : host->execute(trials, options.conditions.isolation)) {
        calls += e.ending != Execution::Ending::not_made;
        if (e.ending == Execution::Ending::hung) made = 0;
      }
      if (n >= rows && calls > 0) of_a_call.push_back(seconds_since(begin) / static_cast<double>(calls));
    }
    Idx& of_row = planned[static_cast<std::size_t>(n % rows)];
    of_row += static_cast<Idx>(trials.size());
    if (of_row > most_calls) break;
    if (n % rows == rows - 1) ++first.cases_in_plan;
  }
  std::ranges::sort(of_a_call);
  if (!of_a_call.empty()) first.seconds = of_a_call[of_a_call.size() / 2];
  first.cases_in_plan = std::max(first.cases_in_plan, Idx{1});
  return first;
}

KernelResult judge(const HostedKernel& kernel, const JudgeOptions& options, const std::function<void(Idx)>& progress) {
  const Clock::time_point begin = Clock::now();
  const std::unique_ptr<Host> host = kernel.host();  // started before there is any data
  Run run(kernel, options);
  KernelResult result = run.judge(progress);
  for (std::size_t n = 0; n < result.operations.size() && !result.interrupted; ++n)
    find_conventions(kernel, options, run.deviations()[n], result, result.operations[n]);
  if (options.interrupted != nullptr && *options.interrupted) result.interrupted = true;
  if (!result.interrupted) look_closer(*host, options, result);
  result.seconds = seconds_since(begin);
  // Removes the operations to which none of the given problems belongs: they were not asked for.
  if (options.has_given()) std::erase_if(result.operations, [](const auto& o) { return o.cases == 0; });
  return result;
}
KernelResult judge(const Kernel& kernel, const JudgeOptions& options, const std::function<void(Idx)>& progress) {
  return judge(FunctionKernel(kernel), options, progress);
}

}  // namespace cnnspec::checks

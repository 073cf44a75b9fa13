#include "checks/judge/judge.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <limits>

#include "checks/judge/comparison.hpp"
#include "checks/judge/descriptor.hpp"
#include "checks/judge/exact_data.hpp"
#include "checks/judge/execution.hpp"
#include "checks/judge/picture.hpp"
#include "checks/judge/rounded_data.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// The type that the reference is computed in: with enough digits to hold the data exactly, and some to spare.
template <class T>
struct Wider;
template <>
struct Wider<float> {
  using type = double;
};
template <>
struct Wider<double> {
  using type = long double;
};
static_assert(std::numeric_limits<long double>::digits > std::numeric_limits<double>::digits);

template <class R>
Idx terms_of(const Measured<R>& m) {
  return m.magnitude == 0 ? 0 : std::max(m.terms, Idx{1});
}

/// One run of the kernel on one set of data.
template <class T>
struct Trial {
  std::string data, description;  // the data family
  Operands<T> inputs;
  Garbage garbage;
  std::vector<T> output;
  Execution execution;
};

template <class T>
class CaseJudge {
 public:
  using R = typename Wider<T>::type;

  CaseJudge(const Kernel& kernel, const Case& c)
      : kernel_(kernel),
        case_(c),
        operation_(operation_of(c.op, c.problem)),
        with_bias_(Stream(c.seed).below(4) != 0) {}

  CaseResult run() {
    const Trial<T> rounded =
        attempt(rounded_name, rounded_description, draw_rounded<T>(operation_, case_.seed, with_bias_), Garbage::nan);
    result_.supported = rounded.execution.status != CNNSPEC_UNSUPPORTED;
    if (!result_.supported || !well_behaved(rounded)) return result_;
    const std::vector<Measured<R>> expected = reference(rounded.inputs);
    count_terms(expected);
    // Exact data first: its numbers are the easier ones to read.
    if (!passes_exact(exact_families[0], Garbage::number)) return result_;
    if (!passes_exact(exact_families[1], Garbage::nan)) return result_;
    if (!passes(rounded, compare_rounded(rounded.output, expected, rounding_of<T, R>()))) return result_;
    for (const Idx visible : visible_) result_.visible += visible;
    result_.visible = std::min(result_.visible, result_.terms);
    return result_;
  }

 private:
  Trial<T> attempt(const std::string& data, const std::string& description, Operands<T> inputs, Garbage garbage) const {
    Trial<T> trial{data, description, std::move(inputs), garbage, {}, {}};
    trial.output.resize(static_cast<std::size_t>(operation_.output.count()));
    trial.execution = execute(kernel_, operation_, case_.dtype, trial.inputs, trial.output, garbage);
    return trial;
  }

  std::vector<Measured<R>> reference(const Operands<T>& inputs) const {
    Operands<Measured<R>> measured(inputs.size());
    for (std::size_t n = 0; n < inputs.size(); ++n)
      for (const T v : inputs[n]) measured[n].emplace_back(static_cast<R>(v));
    return run_spec(operation_, measured);
  }

  /// A sum has the terms that the specification adds up; a selection has one, the element that it selects.
  void count_terms(const std::vector<Measured<R>>& expected) {
    for (const Measured<R>& m : expected) terms_.push_back(terms_of(m));
    visible_.resize(terms_.size());
    const Family family = family_of(case_.op);
    if (family == Family::conv2d || family == Family::linear)
      for (const Idx terms : terms_) result_.terms += terms;
    else
      result_.terms = case_.op == Op::max_pool2d_backward ? operation_.inputs[1].count() : operation_.output.count();
  }

  bool passes_exact(const ExactFamily& family, Garbage garbage) {
    const ExactData data = draw_exact(family, operation_, std::numeric_limits<T>::digits, case_.seed, with_bias_);
    Operands<T> inputs;
    for (const std::vector<Idx>& v : data.inputs) inputs.emplace_back(v.begin(), v.end());
    const Trial<T> trial = attempt(family.name, family.describe(operation_), std::move(inputs), garbage);
    if (!well_behaved(trial) || !passes(trial, compare_exact(trial.output, data.expected))) return false;
    for (std::size_t n = 0; n < visible_.size(); ++n)
      visible_[n] = std::max(visible_[n], data.visible_terms.empty() ? terms_[n] : data.visible_terms[n]);
    return true;
  }

  /// What a kernel must not do, whatever it computes.
  bool well_behaved(const Trial<T>& trial) {
    const Execution& e = trial.execution;
    if (e.status == CNNSPEC_UNSUPPORTED)
      return fail(trial, FailureKind::kernel_error,
                  "it returned 1, unsupported, for a case that it had computed before");
    if (e.status != CNNSPEC_DONE)
      return fail(trial, FailureKind::kernel_error, fmt::format("it returned {}", e.status));
    if (!e.overrun.empty())
      return fail(trial, FailureKind::out_of_bounds, fmt::format("it wrote before or beyond {}", e.overrun));
    if (!e.modified_input.empty())
      return fail(trial, FailureKind::input_modified, fmt::format("it changed its input {}", e.modified_input));
    return true;
  }

  bool passes(const Trial<T>& trial, const Comparison& c) {
    result_.judged += c.judged;
    result_.not_judged += c.not_judged;
    result_.worst_ratio = std::max(result_.worst_ratio, c.worst_ratio);
    if (c.elements_wrong == 0) return true;
    fail(trial, is_unwritten(trial, c) ? FailureKind::unwritten_output : FailureKind::wrong_value, "");
    Failure& f = *result_.failure;
    f.tensor = operation_.output.name;
    f.elements = operation_.output.count();
    f.elements_wrong = c.elements_wrong;
    f.first_index = operation_.output.index(c.first);
    f.expected = c.expected, f.actual = c.actual, f.bound = c.bound, f.ratio = c.ratio;
    f.picture = picture_of(c.wrong, operation_.output.extents);
    return false;
  }

  /// Whether every wrong element still holds the garbage that was there before the call, and other garbage if there was
  /// other garbage: a NaN alone may also be what a kernel made of it by adding to it.
  bool is_unwritten(const Trial<T>& trial, const Comparison& c) const {
    if (!holds_garbage(trial, c)) return false;
    const Garbage other = trial.garbage == Garbage::nan ? Garbage::number : Garbage::nan;
    return holds_garbage(attempt(trial.data, trial.description, trial.inputs, other), c);
  }

  static bool holds_garbage(const Trial<T>& trial, const Comparison& c) {
    T garbage;
    std::memset(&garbage, static_cast<int>(trial.garbage), sizeof(T));
    for (std::size_t n = 0; n < trial.output.size(); ++n)
      if (c.wrong[n] && std::memcmp(&trial.output[n], &garbage, sizeof(T)) != 0) return false;
    return true;
  }

  bool fail(const Trial<T>& trial, FailureKind kind, const std::string& detail) {
    Failure& f = result_.failure.emplace();
    f.failed = case_;
    f.data = trial.data;
    f.data_description = trial.description;
    f.kind = kind;
    f.detail = detail;
    return false;
  }

  const Kernel& kernel_;
  const Case& case_;
  const Operation operation_;
  const bool with_bias_;
  CaseResult result_;
  std::vector<Idx> terms_, visible_;  // of each output element
};

std::size_t element_bytes(DType dtype) { return dtype == DType::f64 ? 8 : dtype == DType::f32 ? 4 : 2; }

std::size_t scalar_bytes(DType dtype) {
  return dtype == DType::f64 ? sizeof(Measured<long double>) : sizeof(Measured<double>);
}

bool contains(const auto& list, auto value) { return std::find(list.begin(), list.end(), value) != list.end(); }

}  // namespace

bool can_judge(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }

CaseResult judge_case(const Kernel& kernel, const Case& c) {
  if (c.dtype == DType::f32) return CaseJudge<float>(kernel, c).run();
  if (c.dtype == DType::f64) return CaseJudge<double>(kernel, c).run();
  throw UsageError("judge", "", "f32 or f64", name_of(c.dtype));
}

std::vector<JudgedOperation> operations_to_judge(const Kernel& kernel, const std::vector<Op>& ops,
                                                 const std::vector<DType>& dtypes) {
  std::vector<JudgedOperation> operations;
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
    for_each_function(kernel, dtype, [&](Op op, auto function) {
      const bool wanted = (ops.empty() || contains(ops, op)) && (dtypes.empty() || contains(dtypes, dtype));
      if (wanted && function != nullptr && can_judge(dtype)) operations.push_back({op, dtype});
    });
  return operations;
}

void require_memory(const Case& c, double most_bytes) {
  const double bytes = operation_of(c.op, c.problem).bytes(element_bytes(c.dtype), scalar_bytes(c.dtype));
  constexpr double mebibyte = 0x1p20;
  if (!(bytes <= most_bytes))
    throw UsageError(
        to_descriptor(c.problem), "", fmt::format("a problem that can be judged in {:.0f} MiB", most_bytes / mebibyte),
        fmt::format("one that takes {:.0f} MiB; --mb 1 makes it smaller, --memory allows more", bytes / mebibyte));
}

CaseList::CaseList(const JudgeOptions& options) : options_(options) {
  for (const Problem& problem : options.problems)
    for (const JudgedOperation& operation : options.operations)
      if (family_of(operation.op) == family_of(problem)) {
        given_.push_back({operation.op, operation.dtype, problem, options.seed});
        require_memory(given_.back(), options.most_bytes);
      }
}

Idx CaseList::size() const {
  if (!options_.problems.empty()) return static_cast<Idx>(given_.size());
  return options_.cases * static_cast<Idx>(options_.operations.size());
}

Case CaseList::at(Idx n) const {
  if (!options_.problems.empty()) return given_[static_cast<std::size_t>(n)];
  const Idx operations = static_cast<Idx>(options_.operations.size());
  const JudgedOperation& operation = options_.operations[static_cast<std::size_t>(n % operations)];
  const auto kind = static_cast<std::uint64_t>(operation.op) * 4 + static_cast<std::uint64_t>(operation.dtype);
  // 32 bits: enough to tell cases apart, and few enough to be read and typed.
  const std::uint64_t seed =
      Stream(Stream(options_.seed, kind).bits(), static_cast<std::uint64_t>(n / operations)).bits() >> 32;
  RandomChoices choices(seed);
  return {operation.op, operation.dtype, draw_problem(choices, family_of(operation.op), options_.limits), seed};
}

KernelResult judge(const Kernel& kernel, const JudgeOptions& options, const std::function<void(Idx)>& progress) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  KernelResult result{kernel.name, options.seed, options.least_sensitivity, {}, {}};
  for (const JudgedOperation& s : options.operations) result.operations.push_back({s.op, s.dtype});
  const CaseList cases(options);
  const Clock::time_point start = Clock::now();
  for (Idx n = 0; n < cases.size(); ++n) {
    const Clock::time_point begin = Clock::now();
    if (options.seconds > 0 && seconds(begin - start) >= options.seconds) break;
    const Case c = cases.at(n);
    const CaseResult r = judge_case(kernel, c);
    OperationResult& row = *std::find_if(result.operations.begin(), result.operations.end(),
                                         [&](const auto& o) { return o.op == c.op && o.dtype == c.dtype; });
    row.add(r);
    row.seconds += seconds(Clock::now() - begin);
    if (r.failure && row.failed <= options.failures_kept) result.failures.push_back(*r.failure);
    if (progress) progress(n + 1);
  }
  // An operation of another family than all given problems was not asked for.
  if (!options.problems.empty()) std::erase_if(result.operations, [](const auto& o) { return o.cases == 0; });
  return result;
}

}  // namespace cnnspec::checks

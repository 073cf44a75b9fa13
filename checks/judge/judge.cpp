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

template <class T>
class CaseJudge {
 public:
  using R = typename Wider<T>::type;

  CaseJudge(const Kernel& kernel, const Case& c)
      : kernel_(kernel), case_(c), operation_(operation_of(c.op, c.problem)) {}

  CaseResult run() {
    const bool with_bias = Stream(case_.seed).below(4) != 0;
    const Operands<T> inputs = draw_rounded<T>(operation_, case_.seed, with_bias);
    std::vector<T> output = empty_output();
    const Execution execution = execute(kernel_, operation_, case_.dtype, inputs, output, Garbage::nan);
    if (execution.status == CNNSPEC_UNSUPPORTED) {
      result_.supported = false;
      return result_;
    }
    const std::vector<Measured<R>> expected = reference(inputs);
    count_terms(expected);
    if (!well_behaved(rounded_family.name, execution)) return result_;
    Garbage garbage = Garbage::number;
    for (const ExactFamily& family : exact_families) {
      if (!passes_exact(family, garbage, with_bias)) return result_;
      garbage = Garbage::nan;
    }
    const Comparison c = compare_rounded(output, expected, rounding_of<T, R>());
    passes(rounded_family.name, c, inputs, output, Garbage::nan);
    for (const Idx visible : visible_) result_.visible += visible;
    result_.visible = std::min(result_.visible, result_.terms);
    return result_;
  }

 private:
  std::vector<T> empty_output() const { return std::vector<T>(static_cast<std::size_t>(operation_.output.count())); }

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

  bool passes_exact(const ExactFamily& family, Garbage garbage, bool with_bias) {
    const ExactData data = draw_exact(family, operation_, std::numeric_limits<T>::digits, case_.seed, with_bias);
    Operands<T> inputs;
    for (const std::vector<Idx>& v : data.inputs) inputs.emplace_back(v.begin(), v.end());
    std::vector<T> output = empty_output();
    if (!well_behaved(family.name, execute(kernel_, operation_, case_.dtype, inputs, output, garbage))) return false;
    for (std::size_t n = 0; n < visible_.size(); ++n)
      visible_[n] = std::max(visible_[n], data.visible_terms.empty() ? terms_[n] : data.visible_terms[n]);
    return passes(family.name, compare_exact(output, data.expected), inputs, output, garbage);
  }

  /// What the kernel must not do, whatever it computes.
  bool well_behaved(const char* data, const Execution& e) {
    if (e.status == CNNSPEC_UNSUPPORTED)
      return fail(data, FailureKind::kernel_error,
                  "it returned 1, unsupported, for a case that it had computed before");
    if (e.status != CNNSPEC_DONE) return fail(data, FailureKind::kernel_error, fmt::format("it returned {}", e.status));
    if (!e.overrun.empty())
      return fail(data, FailureKind::out_of_bounds, fmt::format("it wrote before or beyond {}", e.overrun));
    if (!e.modified_input.empty())
      return fail(data, FailureKind::input_modified, fmt::format("it changed its input {}", e.modified_input));
    return true;
  }

  bool passes(const char* data, const Comparison& c, const Operands<T>& inputs, const std::vector<T>& output,
              Garbage garbage) {
    result_.judged += c.judged;
    result_.not_judged += c.not_judged;
    result_.worst_ratio = std::max(result_.worst_ratio, c.worst_ratio);
    if (c.elements_wrong == 0) return true;
    const bool unwritten = is_unwritten(c, inputs, output, garbage);
    fail(data, unwritten ? FailureKind::unwritten_output : FailureKind::wrong_value, "");
    Failure& f = *result_.failure;
    f.tensor = operation_.output.name;
    f.elements = static_cast<Idx>(output.size());
    f.elements_wrong = c.elements_wrong;
    f.first_index = operation_.output.index(c.first);
    f.expected = c.expected, f.actual = c.actual, f.bound = c.bound, f.ratio = c.ratio;
    f.picture = picture_of(c.wrong, operation_.output.extents);
    return false;
  }

  /// Whether every wrong element still holds the garbage that was there before the call, and other garbage if there was
  /// other garbage: a NaN alone may also be what a kernel made of it by adding to it.
  bool is_unwritten(const Comparison& c, const Operands<T>& inputs, const std::vector<T>& output, Garbage garbage) {
    if (!holds(c, output, garbage)) return false;
    const Garbage other = garbage == Garbage::nan ? Garbage::number : Garbage::nan;
    std::vector<T> again = empty_output();
    execute(kernel_, operation_, case_.dtype, inputs, again, other);
    return holds(c, again, other);
  }

  static bool holds(const Comparison& c, const std::vector<T>& output, Garbage garbage) {
    T untouched;
    std::memset(&untouched, static_cast<int>(garbage), sizeof(T));
    for (std::size_t n = 0; n < output.size(); ++n)
      if (c.wrong[n] && std::memcmp(&output[n], &untouched, sizeof(T)) != 0) return false;
    return true;
  }

  bool fail(const char* data, FailureKind kind, const std::string& detail) {
    result_.failure.emplace();
    result_.failure->failed = case_;
    result_.failure->data = data;
    result_.failure->kind = kind;
    result_.failure->detail = detail;
    return false;
  }

  const Kernel& kernel_;
  const Case& case_;
  Operation operation_;
  CaseResult result_;
  std::vector<Idx> terms_, visible_;  // of each output element
};

bool can_judge(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }

std::size_t element_bytes(DType dtype) { return dtype == DType::f64 ? 8 : dtype == DType::f32 ? 4 : 2; }

std::size_t scalar_bytes(DType dtype) {
  return dtype == DType::f64 ? sizeof(Measured<long double>) : sizeof(Measured<double>);
}

bool contains(const auto& list, auto value) { return std::find(list.begin(), list.end(), value) != list.end(); }

}  // namespace

CaseResult judge_case(const Kernel& kernel, const Case& c) {
  if (c.dtype == DType::f32) return CaseJudge<float>(kernel, c).run();
  if (c.dtype == DType::f64) return CaseJudge<double>(kernel, c).run();
  throw UsageError("judge", "", "f32 or f64", name_of(c.dtype));
}

std::vector<Subject> subjects_of(const Kernel& kernel, const std::vector<Op>& ops, const std::vector<DType>& dtypes) {
  std::vector<Subject> subjects;
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
    for_each_function(kernel, dtype, [&](Op op, auto function) {
      const bool wanted = (ops.empty() || contains(ops, op)) && (dtypes.empty() || contains(dtypes, dtype));
      if (wanted && function != nullptr && can_judge(dtype)) subjects.push_back({op, dtype});
    });
  return subjects;
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
    for (const Subject& subject : options.subjects)
      if (family_of(subject.op) == family_of(problem)) {
        given_.push_back({subject.op, subject.dtype, problem, options.seed});
        require_memory(given_.back(), options.most_bytes);
      }
}

Idx CaseList::size() const {
  if (!options_.problems.empty()) return static_cast<Idx>(given_.size());
  return options_.cases * static_cast<Idx>(options_.subjects.size());
}

Case CaseList::at(Idx n) const {
  if (!options_.problems.empty()) return given_[static_cast<std::size_t>(n)];
  const Idx subjects = static_cast<Idx>(options_.subjects.size());
  const Subject& subject = options_.subjects[static_cast<std::size_t>(n % subjects)];
  const auto kind = static_cast<std::uint64_t>(subject.op) * 4 + static_cast<std::uint64_t>(subject.dtype);
  // 32 bits: enough to tell cases apart, and few enough to be read and typed.
  const std::uint64_t seed =
      Stream(Stream(options_.seed, kind).bits(), static_cast<std::uint64_t>(n / subjects)).bits() >> 32;
  RandomChoices choices(seed);
  return {subject.op, subject.dtype, draw_problem(choices, family_of(subject.op), options_.limits), seed};
}

KernelResult judge(const Kernel& kernel, const JudgeOptions& options, const std::function<void(Idx)>& progress) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  KernelResult result{kernel.name, options.seed, options.least_sensitivity, {}, {}};
  for (const Subject& s : options.subjects) result.operations.push_back({s.op, s.dtype});
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
  return result;
}

}  // namespace cnnspec::checks

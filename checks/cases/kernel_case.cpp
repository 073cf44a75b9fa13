#include "checks/cases/kernel_case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/cases/clauses.hpp"
#include "checks/cases/problem_fields.hpp"
#include "checks/layers/problems.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/judge/report.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// One call, in this process.
Execution execute_here(const Kernel& kernel, const Trial& trial) {
  const Operation& operation = *trial.operation;
  std::vector<std::vector<std::byte>> inputs = trial.inputs;
  std::vector<const void*> pointers;
  for (const auto& input : inputs) pointers.push_back(input.empty() ? nullptr : input.data());
  Execution e;
  e.output.assign(operation.output_bytes(trial.dtype), static_cast<std::byte>(trial.garbage));
  std::vector<void*> outputs;
  std::size_t at = 0;
  for (const TensorInfo& t : operation.outputs) outputs.push_back(e.output.data() + at), at += t.bytes(trial.dtype);
  e.ending = Execution::Ending::returned;
  e.status = call(kernel, operation.op, trial.dtype, operation.problem, pointers.data(), outputs.data());
  for (std::size_t n = 0; n < inputs.size(); ++n)
    if (inputs[n] != trial.inputs[n]) e.modified_input = operation.inputs[n].name;
  return e;
}

CaseOutcome judge_here(const KernelUnderTest& tested, const Case& c) {
  const Kernel& kernel = tested.kernel;
  Conditions conditions;
  if (c.dtype == DType::bf16) conditions.profile = tested.claims_in_bf16;
  const CaseJudge judge(c, conditions);
  std::vector<Execution> executions;
  for (const Trial& trial : judge.trials()) executions.push_back(execute_here(kernel, trial));
  const CaseResult result = judge.verdict(executions);
  CaseOutcome outcome{result.judged};
  if (!result.supported && tested.supports_what_is_valid)
    outcome.failure = fmt::format("{} {} {}: expected a result, and it declined\n  configuration: {}", kernel.name,
                                  name_of(c.op), name_of(c.dtype), to_descriptor(c.problem));
  if (!result.failure) return outcome;
  outcome.failure = describe_failure(kernel.name, *result.failure, conditions, Again::no);
  outcome.reproduce = reproduce(kernel.name, result.failure->failed, conditions);
  return outcome;
}

/// The elements of the largest tensor that a problem can be taken to have.
Idx largest_tensor(const auto& p) {
  double most = 1;
  if constexpr (requires { p.kernel_height; }) {
    Idx channels = 1;
    if constexpr (requires { p.channels; })
      channels = p.channels;
    else
      channels = std::max({p.in_channels * p.out_channels, p.in_channels, p.out_channels});
    const double planes = static_cast<double>(std::max(p.batch, Idx{1})) * static_cast<double>(channels);
    for (const auto& [height, width] : {std::pair{p.in_height, p.in_width}, std::pair{p.out_height, p.out_width},
                                        std::pair{p.kernel_height, p.kernel_width}})
      most = std::max(most, planes * static_cast<double>(height) * static_cast<double>(width));
  }
  return most < 1e5 ? static_cast<Idx>(most) : -1;
}

bool is_plain_number(Idx n) { return n >= 0 && n < 1000; }

/// oneDNN's size formula divides towards zero: a window that is too large by less than a stride makes one output.
bool is_too_large_by_less_than_a_stride(const Line& l) {
  const Idx missing = l.axis.dilation * (l.kernel - 1) + 1 - padded_extent(l);
  return missing > 0 && missing < l.axis.stride;
}

/// Whether all numbers make sense by themselves, so that a kernel that refuses the problem does so for what they mean
/// together. Not where libraries are known to see it differently: more padding than C4 allows, and the above.
bool is_a_question_for_kernels(const Problem& problem) {
  const Clauses violated = violated_clauses(problem);
  for (const Clause c : {Clause::C1, Clause::C3, Clause::C4})
    if (violated.contains(c)) return false;
  const auto* conv = problem.as_if<cnnspec_conv2d>();
  const auto* pool = problem.as_if<cnnspec_pool2d>();
  const auto plain = [](const auto& p) {
    const Line h = height_of(p), w = width_of(p);
    for (const Line& l : {h, w})
      for (const Idx n : {l.in, l.out, l.kernel, l.axis.stride, l.axis.before, l.axis.after, l.axis.dilation})
        if (!is_plain_number(n)) return false;
    return !is_too_large_by_less_than_a_stride(h) && !is_too_large_by_less_than_a_stride(w);
  };
  if (conv != nullptr)
    return plain(*conv) && conv->groups >= 1 && is_plain_number(conv->in_channels) &&
           is_plain_number(conv->out_channels) && largest_tensor(*conv) > 0;
  return pool != nullptr && plain(*pool) && largest_tensor(*pool) > 0;
}

/// A kernel that checks its problems, on one that is not valid, with tensors that have room for whatever it is taken to
/// be.
std::string accepts_invalid(const Kernel& kernel, const KernelCase& c) {
  const auto room = static_cast<std::size_t>(visit_problem([](const auto& p) { return largest_tensor(p); }, c.problem));
  const std::vector<std::byte> input(room * element_bytes(c.dtype) * 2);
  std::vector<std::byte> output = input;
  const std::vector<const void*> inputs(pass_of(c.op).inputs.size(), input.data());
  const std::vector<void*> outputs(pass_of(c.op).outputs.size(), output.data());
  const int status = call(kernel, c.op, c.dtype, c.problem, inputs.data(), outputs.data());
  if (status != CNNSPEC_DONE) return "";
  return fmt::format("{} {} {}: expected that it is refused ({}), and it was computed\n  configuration: {}",
                     kernel.name, name_of(c.op), name_of(c.dtype), ShapeError(check(c.problem)).what(),
                     spelled_out(c.problem));
}

CaseOutcome check_refusal(const KernelCase& c, const KernelUnderTest& tested) {
  CaseOutcome outcome;
  const Case judged{c.op, c.dtype, c.problem, static_cast<std::uint64_t>(c.data_seed)};
  try {
    static_cast<void>(CaseJudge(judged, {}));
    outcome.failure = "the judge accepts a problem that is not valid: " + spelled_out(c.problem);
  } catch (const ShapeError& e) {
    ++outcome.compared;
    if (!violated_clauses(c.problem).contains(e.violation.clause))
      outcome.failure = fmt::format("the judge refuses {} for a clause that it does not violate: {}",
                                    spelled_out(c.problem), e.what());
  }
  if (outcome.holds() && tested.refuses_what_is_invalid && is_a_question_for_kernels(c.problem)) {
    outcome.failure = accepts_invalid(tested.kernel, c);
    ++outcome.compared;
  }
  return outcome;
}

bool is_small(const Problem& problem) {
  const auto elements = [](const auto& p) { return std::max(x_count(p), y_count(p)); };
  return taps(problem) <= most_kernel_taps && visit_problem(elements, problem) <= most_kernel_taps;
}

}  // namespace

const std::vector<KernelUnderTest>& kernels_under_test() {
  static const std::vector<KernelUnderTest> kernels = [] {
    std::vector<KernelUnderTest> all;
    for (const char* name : {"im2col", "im2col-ijk", "im2col-ikj", "im2col-fma", "im2col-ijk-fma", "im2col-ikj-fma"})
      all.push_back({find_kernel(name), false, true});
    // oneDNN adds up the gradient of a pooling in bfloat16.
    for (const BuiltInKernel& kernel : built_in_kernels())
      if (kernel.name == "onednn" && kernel.absent_because.empty())
        all.push_back({.kernel = find_kernel(kernel.name), .refuses_what_is_invalid = true,
                       .claims_in_bf16 = find_profile("ieee")});
    return all;
  }();
  return kernels;
}

void KernelCase::list_fields(Fields& fields) {
  fields.choice(op, std::ssize(all_ops()));
  fields.choice(dtype, std::ssize(dtypes));
  fields.number(kernel, 0, most_kernels - 1);
  fields.number(data_seed, 0, 0xffff);
  list_problem(fields, layer_id(op), problem);
}

CaseOutcome check_case(const KernelCase& c, const std::vector<KernelUnderTest>& kernels) {
  const KernelUnderTest& tested = kernels[static_cast<std::size_t>(c.kernel) % kernels.size()];
  if (!has(tested.kernel, c.op, c.dtype)) return {};
  if (!check(c.problem).ok()) return check_refusal(c, tested);
  if (!is_small(c.problem)) return {};
  return judge_here(tested, {c.op, c.dtype, c.problem, static_cast<std::uint64_t>(c.data_seed)});
}

}  // namespace cnnspec::checks

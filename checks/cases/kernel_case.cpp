#include "checks/cases/kernel_case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/cases/clauses.hpp"
#include "checks/cases/problem_fields.hpp"
#include "checks/cases/problem_numbers.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Makes one call in this process.
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

/// The channels, and other extents that belong neither to the window, nor to the batch, nor to the groups.
std::vector<Idx> channels_of(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  std::vector<Idx> channels;
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (layer.fields[n].kind == Field::Kind::extent && !is_number_of_window(layer, n) && !is_batch(layer, n) &&
        !is_number_of_groups(layer, n))
      channels.push_back(problem.integer(n));
  return channels;
}

/// The elements of the largest tensor that any reading of a problem with a window may need; -1 if there are too many.
Idx largest_tensor(const Problem& p) {
  const Layer& layer = layer_of(p);
  double all = 1, planes = 1, most = 1;
  for (const Idx n : channels_of(p)) all *= static_cast<double>(n), planes = std::max(planes, static_cast<double>(n));
  planes = std::max(planes, all);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (is_batch(layer, n)) planes *= static_cast<double>(std::max(p.integer(n), Idx{1}));
  const Line h = height_of(p), w = width_of(p);
  for (const auto& [height, width] : {std::pair{h.in, w.in}, std::pair{h.out, w.out}, std::pair{h.kernel, w.kernel}})
    most = std::max(most, planes * static_cast<double>(height) * static_cast<double>(width));
  return most < 1e5 ? static_cast<Idx>(most) : -1;
}

bool is_plain_number(Idx n) { return n >= 0 && n < 1000; }

/// oneDNN's size formula rounds towards zero: if a window is too large by less than a stride, it computes one output.
bool is_too_large_by_less_than_a_stride(const Line& l) {
  const Idx missing = l.axis.dilation * (l.kernel - 1) + 1 - padded_extent(l);
  return missing > 0 && missing < l.axis.stride;
}

/// Whether each number is valid alone, so that a kernel that refuses the problem refuses the combination of numbers.
/// False for problems that libraries are known to treat differently: more padding than C4 allows, and the case above.
bool is_a_question_for_kernels(const Problem& problem) {
  const Clauses violated = violated_clauses(problem);
  for (const Clause c : {Clause::C1, Clause::C3, Clause::C4})
    if (violated.contains(c)) return false;
  if (!has_window(problem) || groups_of(problem) < 1) return false;
  for (const Line& l : {height_of(problem), width_of(problem)}) {
    for (const Idx n : {l.in, l.out, l.kernel, l.axis.stride, l.axis.before, l.axis.after, l.axis.dilation})
      if (!is_plain_number(n)) return false;
    if (is_too_large_by_less_than_a_stride(l)) return false;
  }
  const auto channels = channels_of(problem);
  return std::ranges::all_of(channels, is_plain_number) && largest_tensor(problem) > 0;
}

/// For an invalid problem and a kernel that checks its problems: the message if the kernel accepts. The tensors have
/// room for any reading of the problem.
std::string accepts_invalid(const Kernel& kernel, const KernelCase& c) {
  const auto room = static_cast<std::size_t>(largest_tensor(c.problem));
  const std::vector<std::byte> input(room * sizeof(std::int64_t) * 2);  // large enough for any element type
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

/// Whether all tensors, except parameters, have at most that many elements.
bool is_small(const Problem& problem) {
  const Pass& forward = layer_of(problem).passes.front();
  const auto small = [&](const Port& port) { return count_of(port.extents(problem)) <= most_kernel_taps; };
  return taps(problem) <= most_kernel_taps && small(forward.inputs.front()) && small(forward.outputs.front());
}

}  // namespace

const std::vector<KernelUnderTest>& kernels_under_test() {
  static const std::vector<KernelUnderTest> kernels = [] {
    std::vector<KernelUnderTest> all;
    for (const char* name : {"im2col", "im2col-ijk", "im2col-ikj", "im2col-fma", "im2col-ijk-fma", "im2col-ikj-fma"})
      all.push_back({find_kernel(name), false, true});
    // oneDNN adds the gradient of a pooling in bfloat16.
    for (const BuiltInKernel& kernel : built_in_kernels())
      if (kernel.name == "onednn" && kernel.absent_because.empty())
        all.push_back({.kernel = find_kernel(kernel.name), .refuses_what_is_invalid = true,
                       .claims_in_bf16 = find_profile("ieee")});
    return all;
  }();
  return kernels;
}

void KernelCase::list_fields(Fields& fields) {
  list_op(fields, op);
  list_dtype(fields, dtype);
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

#include "checks/judge/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/expect/projection.hpp"
#include "checks/judge/case_text.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/shell.hpp"

namespace cnnspec::checks {
namespace {

Idx sum(const std::vector<OperationResult>& operations, Idx OperationResult::*member) {
  Idx total = 0;
  for (const OperationResult& o : operations) total += o.*member;
  return total;
}

bool counts(const OperationResult& o) { return o.unsupported < o.cases; }

}  // namespace

const char* name_of(FailureKind kind) {
  switch (kind) {
    case FailureKind::wrong_value:
      return "wrong-value";
    case FailureKind::unwritten_output:
      return "unwritten-output";
    case FailureKind::out_of_bounds:
      return "out-of-bounds";
    case FailureKind::input_modified:
      return "input-modified";
    case FailureKind::crash:
      return "crash";
    case FailureKind::hang:
      return "hang";
    case FailureKind::nondeterministic:
      return "nondeterministic";
    case FailureKind::kernel_error:
      return "kernel-error";
  }
  return "";
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::differs:
      return "differs";
    case Verdict::vacuous:
      return "vacuous";
  }
  return "";
}

void CaseResult::add(const CaseResult& further) {
  if (further.sensitivity() >= sensitivity()) terms = further.terms, visible = further.visible;
  supported = supported && further.supported;
  in_sample += further.in_sample, sampled_from += further.sampled_from;
  windows_in_turn = windows_in_turn || further.windows_in_turn;
  projected += further.projected;
  judged += further.judged, not_judged += further.not_judged;
  worst_ratio = std::max(worst_ratio, further.worst_ratio);
  worst_wrong_ratio = std::max(worst_wrong_ratio, further.worst_wrong_ratio);
  ratios += further.ratios;
  formulations &= further.formulations;
  seconds += further.seconds;
  if (!failure) failure = further.failure, explained_by = further.explained_by;
}

bool CaseResult::is_explained_within(ConventionSet accepted) const {
  return std::ranges::any_of(explained_by, [&](ConventionSet set) { return set.is_within(accepted); });
}

void OperationResult::add(const CaseResult& result, const Problem& problem) {
  ++cases;
  unsupported += !result.supported;
  sampled += result.in_sample > 0;
  in_sample += result.in_sample, sampled_from += result.sampled_from;
  windows_in_turn += result.windows_in_turn;
  projected += result.projected;
  failed += result.failure.has_value();
  unexplained += result.failure && result.explained_by.empty();
  hung += result.failure && result.failure->kind == FailureKind::hang;
  seconds += result.seconds;
  judged += result.judged;
  not_judged += result.not_judged;
  worst_ratio = std::max(worst_ratio, result.worst_ratio);
  worst_wrong_ratio = std::max(worst_wrong_ratio, result.worst_wrong_ratio);
  ratios += result.ratios;
  if (!result.failure && result.judged > 0 && !formulations_of(op).empty()) {
    formulations &= result.formulations;
    CasesOfFormulations& same = cases_by_formulations[result.formulations & formulations_in(op)];
    if (same.cases++ == 0) same.first = to_descriptor(problem);
  }
  if (result.failure || result.terms == 0) return;
  ++with_terms;
  sensitivity_sum += result.sensitivity();
  least_sensitivity = std::min(least_sensitivity, result.sensitivity());
}

bool OperationResult::mixes_formulations() const {
  return !formulations_of(op).empty() && (formulations & formulations_in(op)) == 0;
}

const Formulation* OperationResult::formulation() const {
  const std::span<const Formulation> all = formulations_of(op);
  for (std::size_t f = 0; judged > 0 && f < all.size(); ++f)
    if ((formulations >> f & 1) != 0) return &all[f];
  return nullptr;
}

std::optional<double> OperationResult::sensitivity() const {
  return with_terms == 0 ? std::nullopt : std::optional(sensitivity_sum / static_cast<double>(with_terms));
}

Verdict OperationResult::verdict(double least) const {
  if (failed > 0) return conventions.empty() ? Verdict::fail : Verdict::differs;
  if (mixes_formulations() && !mixture_accepted) return Verdict::differs;
  return judged > 0 && sensitivity().value_or(0) >= least ? Verdict::pass : Verdict::vacuous;
}

Verdict KernelResult::verdict() const {
  Verdict result = std::any_of(operations.begin(), operations.end(), counts) ? Verdict::pass : Verdict::vacuous;
  for (const OperationResult& o : operations) {
    if (!counts(o)) continue;
    const Verdict v = o.verdict(least_sensitivity);
    if (v == Verdict::fail) return v;
    if (v == Verdict::differs || (v == Verdict::vacuous && result == Verdict::pass)) result = v;
  }
  return result;
}

Idx KernelResult::cases() const { return sum(operations, &OperationResult::cases); }
Idx KernelResult::unsupported() const { return sum(operations, &OperationResult::unsupported); }
Idx KernelResult::projected() const { return sum(operations, &OperationResult::projected); }
double KernelResult::chance_of_error() const { return static_cast<double>(projected()) * checks::chance_of_error; }
Idx KernelResult::not_judged() const { return sum(operations, &OperationResult::not_judged); }

std::optional<double> KernelResult::sensitivity() const {
  std::optional<double> least;
  for (const OperationResult& o : operations)
    if (const auto own = o.sensitivity(); own && *own < least.value_or(2)) least = own;
  return least;
}

double KernelResult::worst_ratio() const {
  double worst = 0;
  for (const OperationResult& o : operations) worst = std::max(worst, o.worst_ratio);
  return worst;
}

std::string accepted_names(ConventionSet accepted, bool mixed) {
  const std::string names = accepted.names();
  return !mixed ? names : names.empty() ? "mixed" : names + ",mixed";
}

std::string options_of(const Conditions& conditions) {
  const Conditions usual;
  std::string line;
  if (conditions.profile != nullptr) line += std::string(" --profile ") + conditions.profile->name;
  const std::string accepted = accepted_names(conditions.accepted, conditions.accepts_mixed);
  if (!accepted.empty()) line += " --accept " + accepted;
  if (!conditions.formulation.empty()) line += " --formulation " + conditions.formulation;
  if (conditions.data.specials) line += " --specials";
  if (conditions.data.sample > 0) line += fmt::format(" --sample {}", conditions.data.sample);
  if (conditions.isolation.seconds_per_call != usual.isolation.seconds_per_call)
    line += fmt::format(" --timeout {}", conditions.isolation.seconds_per_call);
  if (conditions.isolation.alignment != usual.isolation.alignment)
    line += fmt::format(" --align {}", conditions.isolation.alignment);
  if (!conditions.library.empty()) line += " --library " + shell_word(conditions.library);
  return line;
}

namespace {

/// The options with which a case is judged again. A formulation of other operations would be refused.
std::string options_for_case(const Case& c, Conditions conditions) {
  const auto is_asked = [&](const Formulation& f) { return f.name == conditions.formulation; };
  if (std::ranges::none_of(formulations_of(c.op), is_asked)) conditions.formulation.clear();
  return options_of(conditions);
}

}  // namespace

std::string reproduce(const std::string& kernel, const Case& c, const Conditions& conditions) {
  std::string line = fmt::format("cnnspec judge {} --op {} --dtype {} --case {} --seed {}", shell_word(kernel),
                                 name_of(c.op), name_of(c.dtype), shell_word(to_descriptor(c.problem)), c.seed);
  if (!c.data.empty()) line += " --data " + shell_word(c.data);
  return line + options_for_case(c, conditions);
}

std::string reproduce_failure(const std::string& kernel, const Failure& f, const Conditions& conditions) {
  if (f.history.empty())
    return reproduce(kernel, f.failed, conditions) + (f.repeat > 1 ? fmt::format(" --repeat {}", f.repeat) : "");
  std::string line = "cnnspec judge " + shell_word(kernel);
  for (const Case& c : f.history) line += " --case " + shell_word(to_text(c));
  return line + " --case " + shell_word(to_text(f.failed)) + " --in-one-process" +
         options_for_case(f.failed, conditions);
}

}  // namespace cnnspec::checks

#include "checks/judge/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "checks/judge/case_text.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/percent.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// An integer without a fraction, any other number with enough digits to distinguish two floats.
std::string value_of(double v) {
  const bool is_integer = std::trunc(v) == v && std::fabs(v) < 0x1p53;
  return is_integer ? fmt::format("{:.0f}", v) : fmt::format("{:.9g}", v);
}

std::string wrong_element(const Failure& f, const std::string& margin) {
  std::string text = fmt::format("  {}[{}]: expected {}, got {}", f.tensor, joined(f.first_index, ","),
                                 value_of(f.expected), value_of(f.actual));
  if (f.bound > 0)
    text += fmt::format("; off by {:.3g}, rounding explains at most {:.3g}, {:.3g} times less", f.bound * f.ratio,
                        f.bound, f.ratio);
  else
    text += "; nothing rounds here, so only equality is right";
  const bool one = f.elements_wrong == 1;
  const char* const what = f.kind == FailureKind::unwritten_output ? (one ? "was not written" : "were not written")
                                                                   : (one ? "is wrong" : "are wrong");
  return text + fmt::format("\n{}  {} of {} element{} {}:\n", margin, thousands(f.elements_wrong),
                            thousands(f.elements), f.elements == 1 ? "" : "s", what);
}

/// A line of the table.
std::string line_of(const std::array<std::string, 8>& cells) {
  return fmt::format("{:<24} {:<5} {:>8} {:>11} {:>11} {:>11} {:>8}  {}", cells[0], cells[1], cells[2], cells[3],
                     cells[4], cells[5], cells[6], cells[7]);
}

}  // namespace

std::string table_head() {
  return line_of({"operation", "dtype", "cases", "unsupported", "error/bound", "sensitivity", "time", "verdict"});
}

std::string table_row(const OperationResult& o, double least_sensitivity) {
  const auto sensitivity = o.sensitivity();
  const std::string verdict = o.cases == 0               ? "no case"
                              : o.cases == o.unsupported ? "not supported"
                                                         : name_of(o.verdict(least_sensitivity));
  return line_of({name_of(o.op), name_of(o.dtype), thousands(o.cases), thousands(o.unsupported),
                  o.judged > 0 ? fmt::format("{:.3f}", o.worst_ratio) : "-", sensitivity ? percent(*sensitivity) : "-",
                  fmt::format("{:.2f} s", o.seconds), verdict});
}

namespace {

std::string what_is_wrong(const Failure& f, const std::string& margin) {
  std::string text = fmt::format("{} {} {}: {}\n{}  on {}\n", name_of(f.failed.op), name_of(f.failed.dtype),
                                 to_descriptor(f.failed.problem), name_of(f.kind), margin, f.data_description);
  if (!f.detail.empty()) text += margin + "  " + f.detail + "\n";
  if (f.elements_wrong == 0) return text;
  text += margin + wrong_element(f, margin);
  for (const std::string& line : f.picture) text += margin + "    " + line + "\n";
  return text;
}

}  // namespace

namespace {

/// The names of the formulations in a set, as alternatives.
std::string names_in(FormulationSet set, std::span<const Formulation> all) {
  std::string names;
  for (std::size_t n = 0; n < all.size(); ++n)
    if ((set >> n & 1) != 0) names += (names.empty() ? "" : " or ") + std::string(all[n].name);
  return names.empty() ? "one formulation here and another one there" : names;
}

/// Which cases of an operation follow which formulation.
std::string in_several_ways(const OperationResult& o) {
  std::string text = "computed in several ways, and no formulation explains all cases (--accept mixed):";
  for (const auto& [set, same] : o.cases_by_formulations)
    text += fmt::format("{} {} by {} (the first: {})", &same == &o.cases_by_formulations.begin()->second ? "" : ";",
                        thousands(same.cases), names_in(set, formulations_of(o.op)), same.first);
  return text;
}

/// Says how conventions relate to the deviations of an operation.
void say_of_conventions(const OperationResult& o, const auto& say) {
  const std::string option = "--accept " + o.conventions.names();
  for (const Convention* c : o.conventions.all()) say(fmt::format("follows the convention {}: {}", c->name, c->rule));
  if (o.accepted) say("judged under what it follows, as it is accepted: " + option);
  if (!o.conventions.empty() && !o.accepted) say("nothing else is wrong: right on all of its cases under " + option);
  if (o.nearest_explains == 0) return;
  const std::string most = fmt::format("explained by {}: {} of the {} failed cases", o.nearest.names(),
                                       thousands(o.nearest_explains), thousands(o.failed));
  say(o.nearest_explains < o.failed ? most : most + ", but it does not hold in all cases that pass");
}

}  // namespace

std::vector<std::string> describe_operations(const KernelResult& result) {
  std::vector<std::string> lines;
  const auto say = [&](const OperationResult& o, const std::string& what) {
    lines.push_back(fmt::format("{} {}: {}", name_of(o.op), name_of(o.dtype), what));
  };
  for (const OperationResult& o : result.operations) {
    if (o.given_up) say(o, fmt::format("given up after {} cases, {} of which hung", thousands(*o.given_up), o.hung));
    if (o.sampled > 0)
      say(o, fmt::format(
                 "some data of {} case{} was judged on a sample of {} of {} elements, all other data on all elements",
                 thousands(o.sampled), o.sampled == 1 ? "" : "s", thousands(o.in_sample), thousands(o.sampled_from)));
    if (o.windows_in_turn > 0)
      say(o,
          fmt::format("windows of {} case{} are so large that a cell of them counts as shown once it is in one window",
                      thousands(o.windows_in_turn), o.windows_in_turn == 1 ? "" : "s"));
    if (o.failed == 0 && o.mixes_formulations()) say(o, in_several_ways(o));
    if (const Formulation* const f = o.formulation(); f != nullptr && o.failed == 0)
      say(o, fmt::format("behaves like the formulation {}: {}", f->name, f->sentence));
    say_of_conventions(o, [&](const std::string& what) { say(o, what); });
    if (o.behaves_like != nullptr)
      say(o, fmt::format("behaves like {}: {} (--profile {})", o.behaves_like->name, o.behaves_like->description,
                         o.behaves_like->name));
  }
  if (result.projected() > 0)
    lines.push_back(
        fmt::format("exact results of {} large call{} were judged in full by random projection; the "
                    "probability that a mistake was missed is at most {:.1e}",
                    thousands(result.projected()), result.projected() == 1 ? "" : "s", result.chance_of_error()));
  if (!lines.empty()) lines.insert(lines.begin(), "");
  return lines;
}

namespace {

/// The calls that a failure needs before its own.
std::string describe_history(const Failure& f) {
  if (f.history.empty()) return "";
  std::string text =
      fmt::format("  it shows only after {} in the same process:\n",
                  f.history.size() == 1 ? "another case" : thousands(std::ssize(f.history)) + " other cases");
  for (const Case& c : f.history) text += "    " + to_text(c) + "\n";
  return text;
}

}  // namespace

std::string describe_failure(const std::string& kernel, const Failure& f, const Conditions& conditions, Again again) {
  std::string text = what_is_wrong(f, "");
  if (!f.fits.empty()) text += fmt::format("  this case is right under --accept {}\n", f.fits.names());
  for (const Diagnosis& d : f.diagnoses)
    text += fmt::format("  {}: {}: {}\n",
                        &d != &f.diagnoses.front() ? "or"
                        : d.only_fits              ? "fits this case"
                                                   : "diagnosis",
                        d.name, d.sentence);
  for (const SizeCondition& c : f.holds)
    text += fmt::format("  {}: {} (up to {} tried)\n", &c == &f.holds.front() ? "it holds" : "and", c.in_words(),
                        thousands(c.probed));
  if (f.shrunk != nullptr) {
    text += describe_history(*f.shrunk) + "  the plainest case found: " + what_is_wrong(*f.shrunk, "  ");
    text += "    " + reproduce_failure(kernel, *f.shrunk, conditions) + "\n";
  }
  return again == Again::no ? text : text + "  again: " + reproduce_failure(kernel, f, conditions) + "\n";
}

bool is_alike(const Failure& a, const Failure& b) {
  const auto same_name = [](const Diagnosis& x, const Diagnosis& y) { return x.name == y.name; };
  return a.failed.op == b.failed.op && a.failed.dtype == b.failed.dtype && a.kind == b.kind && a.fits == b.fits &&
         std::ranges::equal(a.diagnoses, b.diagnoses, same_name);
}

std::string describe_failures(const KernelResult& r, const OperationResult* only) {
  std::string text;
  for (std::size_t n = 0; n < r.failures.size(); ++n) {
    const Failure& f = r.failures[n];
    if (only != nullptr && (f.failed.op != only->op || f.failed.dtype != only->dtype)) continue;
    if (n > 0 && is_alike(r.failures[n - 1], f))
      text += "  also:  " + reproduce_failure(r.kernel, f, r.conditions) + "\n";
    else
      text += "\n" + describe_failure(r.kernel, f, r.conditions);
  }
  return text;
}

std::string describe_coverage(const KernelResult& r, std::optional<Idx> cases) {
  if (!r.interrupted && !r.stopped_on_time) return "";
  return fmt::format("{} after {}{} cases; the table has those that were judged",
                     r.interrupted ? "interrupted" : "time is up", thousands(r.handled),
                     cases ? " of " + thousands(*cases) : "");
}

namespace {

/// For an operation that makes a result vacuous: the quantity that is too small.
std::string too_little(const OperationResult& o) {
  const std::string name = fmt::format("{} {}", name_of(o.op), name_of(o.dtype));
  if (o.judged == 0) return "no element of " + name + " could be judged";
  if (!o.sensitivity()) return "the data would have revealed the loss of no term of " + name;
  return fmt::format("the data would have revealed the loss of only {} of the terms of {}", percent(*o.sensitivity()),
                     name);
}

/// The operation with the lowest sensitivity among those that are vacuous.
const OperationResult& most_vacuous(const KernelResult& r) {
  const auto rank = [&](const OperationResult& o) {
    const bool counts = o.unsupported < o.cases && o.verdict(r.least_sensitivity) == Verdict::vacuous;
    return counts ? o.sensitivity().value_or(-1) : 2;
  };
  return *std::ranges::min_element(r.operations, {}, rank);
}

}  // namespace

std::string names_to_accept(const KernelResult& r) {
  const bool mixed = std::ranges::any_of(r.operations, &OperationResult::mixes_formulations);
  return accepted_names(conventions_to_accept(r), r.conditions.accepts_mixed || mixed);
}

ConventionSet conventions_to_accept(const KernelResult& r) {
  ConventionSet all = r.conditions.accepted;
  for (const OperationResult& o : r.operations) all = all | o.conventions;
  return all;
}

std::string describe_count(Idx failed, Idx judged) {
  return fmt::format("{} of {} case{} {} wrong", thousands(failed), thousands(judged), judged == 1 ? "" : "s",
                     failed == 1 ? "is" : "are");
}

std::string describe_verdict(const KernelResult& r) {
  const Idx judged = r.cases() - r.unsupported();
  switch (r.verdict()) {
    case Verdict::pass:
      return fmt::format("{} case{}, every element exact or within what rounding in any order explains",
                         thousands(judged), judged == 1 ? "" : "s");
    case Verdict::fail: {
      Idx failed = 0;
      for (const OperationResult& o : r.operations)
        if (o.verdict(r.least_sensitivity) == Verdict::fail) failed += o.failed;
      return describe_count(failed, judged);
    }
    case Verdict::differs: {
      const std::string accept = names_to_accept(r);
      if (conventions_to_accept(r).empty())
        return fmt::format("every element is right by a formulation, but not all by the same (--accept {})", accept);
      return fmt::format("otherwise than defined, but always as libraries do that follow {} (--accept {})", accept,
                         accept);
    }
    case Verdict::vacuous:
      break;
  }
  if (r.operations.empty()) return "the kernel has none of these operations";
  if (r.cases() == 0) return "no case was judged";
  if (r.cases() == r.unsupported()) return "the kernel supports none of these cases";
  return "nothing is wrong, but " + too_little(most_vacuous(r));
}

}  // namespace cnnspec::checks

#include <fmt/format.h>

#include <algorithm>

#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/shell.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

std::string line_of(const LayerStep& s, const std::string& ratio, const std::string& verdict) {
  return fmt::format("{:<10} {:<24} {:<5} {:>11}  {:<20} {}\n", printable(s.layer), name_of(s.what.op),
                     name_of(s.what.dtype), ratio, verdict, to_descriptor(s.what.problem));
}

}  // namespace

std::string describe_verdict(const NetworkResult& r) {
  const auto count = [&](auto is) { return std::count_if(r.steps.begin(), r.steps.end(), is); };
  const auto wrong = count([](const LayerStep& s) { return s.is_wrong(); });
  const auto by_kernel = count([](const LayerStep& s) { return s.by_kernel; });
  const std::string steps = fmt::format("{} step{}", by_kernel, by_kernel == 1 ? "" : "s");
  if (r.verdict() == Verdict::differs) {
    ConventionSet all;
    for (const LayerStep& s : r.steps)
      if (s.differs()) all = all | s.result.failure->fits;
    return fmt::format("{} of the kernel's {} {} as libraries do that follow {} (--accept {})", wrong, steps,
                       wrong == 1 ? "is" : "are", all.names(), all.names());
  }
  if (wrong > 0) return fmt::format("{} of the kernel's {} {} wrong", wrong, steps, wrong == 1 ? "is" : "are");
  if (by_kernel == 0) return "the kernel computes nothing of this network";
  if (const auto unjudged = r.unjudged(); !unjudged.empty())
    return fmt::format("nothing is wrong, but of {} of the kernel's {} no element could be judged", unjudged.size(),
                       steps);
  return steps + ", every element exact or within what rounding in any order explains";
}

std::string reproduce(const NetworkResult& r, const std::vector<DType>& dtypes) {
  std::string line = fmt::format("cnnspec judge {} --net {}", shell_word(r.kernel), shell_word(r.source));
  if (!r.config.empty()) line += " --config " + shell_word(r.config);
  if (r.batch != usual_batch_of_networks) line += fmt::format(" --mb {}", r.batch);
  for (const DType dtype : dtypes) line += std::string(" --dtype ") + name_of(dtype);
  return line + fmt::format(" --seed {}", r.seed) + options_of(r.conditions);
}

const char* verdict_of(const LayerStep& s) {
  if (!s.by_kernel) return s.result.supported ? "not in the kernel" : "not supported";
  if (s.differs()) return "differs";
  return s.is_wrong() ? "fail" : s.result.judged > 0 ? "pass" : "not judged";
}

std::string describe_network(const NetworkResult& r) {
  std::string text = fmt::format("{:<10} {:<24} {:<5} {:>11}  {:<20} {}\n", "layer", "operation", "dtype",
                                 "error/bound", "verdict", "problem");
  for (const LayerStep& s : r.steps) {
    const bool judged = s.by_kernel && s.result.judged > 0;
    text += line_of(s, judged ? fmt::format("{:.3f}", s.result.worst_ratio) : "-", verdict_of(s));
  }
  if (const LayerStep* const first = r.first_wrong(); first != nullptr)
    text += fmt::format("\nfirst wrong layer: {}\n{}", printable(first->layer),
                        describe_failure(r.kernel, *first->result.failure, r.conditions, Again::no));
  return text + fmt::format("\n{}: {} ({}, seed {})\n", name_of(r.verdict()), describe_verdict(r), printable(r.network),
                            r.seed);
}

}  // namespace cnnspec::checks

#include <fmt/format.h>

#include <algorithm>

#include "checks/describe/text.hpp"
#include "checks/judge/descriptor.hpp"
#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"

namespace cnnspec::checks {
namespace {

std::string line_of(const LayerStep& s, const std::string& ratio, const std::string& verdict) {
  return fmt::format("{:<10} {:<24} {:<5} {:>11}  {:<20} {}\n", printable(s.layer), name_of(s.what.op),
                     name_of(s.what.dtype), ratio, verdict, to_descriptor(s.what.problem));
}

std::string summary_of(const NetworkResult& r) {
  const auto count = [&](auto is) { return std::count_if(r.steps.begin(), r.steps.end(), is); };
  const auto wrong = count([](const LayerStep& s) { return s.is_wrong(); });
  const auto by_kernel = count([](const LayerStep& s) { return s.by_kernel; });
  if (wrong > 0) return fmt::format("{} of the kernel's {} steps are wrong", wrong, by_kernel);
  if (by_kernel == 0) return "the kernel computes nothing of this network";
  if (const auto unjudged = r.unjudged(); !unjudged.empty())
    return fmt::format("nothing is wrong, but of {} of the kernel's {} steps no element could be judged",
                       unjudged.size(), by_kernel);
  return fmt::format("{} steps, every element exact or within what rounding in any order explains", by_kernel);
}

}  // namespace

const char* verdict_of(const LayerStep& s) {
  if (!s.by_kernel) return s.result.supported ? "not in the kernel" : "not supported";
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
  return text +
         fmt::format("\n{}: {} ({}, seed {})\n", name_of(r.verdict()), summary_of(r), printable(r.network), r.seed);
}

}  // namespace cnnspec::checks

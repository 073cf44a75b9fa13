#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

const char* verdict_of(const LayerStep& s) {
  if (!s.by_kernel) return s.result.supported ? "not in the kernel" : "not supported";
  return s.is_wrong() ? "fail" : s.result.judged > 0 ? "pass" : "not judged";
}

}  // namespace

std::string describe_network(const NetworkResult& r) {
  std::string text = fmt::format("{:<10} {:<24} {:<5} {:>11}  {:<20} {}\n", "layer", "operation", "dtype",
                                 "error/bound", "verdict", "problem");
  Idx wrong = 0;
  for (const LayerStep& s : r.steps) {
    const bool judged = s.by_kernel && s.result.judged > 0;
    text += line_of(s, judged ? fmt::format("{:.3f}", s.result.worst_ratio) : "-", verdict_of(s));
    wrong += s.is_wrong();
  }
  if (const LayerStep* const first = r.first_wrong(); first != nullptr)
    text += fmt::format("\nfirst wrong layer: {}\n{}", printable(first->layer),
                        describe_failure(r.kernel, *first->result.failure, r.conditions, Again::no));
  const char* const why = wrong > 0 ? "" : "every element exact or within what rounding in any order explains";
  const std::string what = r.verdict() == Verdict::vacuous ? "the kernel computes nothing of this network"
                           : wrong > 0 ? fmt::format("{} of {} steps are wrong", wrong, r.steps.size())
                                       : fmt::format("{} steps, {}", r.steps.size(), why);
  return text + fmt::format("\n{}: {} ({}, seed {})\n", name_of(r.verdict()), what, printable(r.network), r.seed);
}

std::string network_to_json(const NetworkResult& r) {
  using Json = nlohmann::ordered_json;
  Json steps = Json::array();
  for (const LayerStep& s : r.steps) {
    Json j{{"layer", s.layer},
           {"op", name_of(s.what.op)},
           {"dtype", name_of(s.what.dtype)},
           {"descriptor", to_descriptor(s.what.problem)},
           {"verdict", verdict_of(s)},
           {"worst_ratio", s.result.worst_ratio}};
    if (s.is_wrong()) {
      const Failure& f = *s.result.failure;
      j["kind"] = name_of(f.kind), j["elements_wrong"] = f.elements_wrong, j["first_index"] = f.first_index;
    }
    steps.push_back(std::move(j));
  }
  const LayerStep* const first = r.first_wrong();
  const Json j{{"schema", 1},
               {"kernel", r.kernel},
               {"network", r.network},
               {"verdict", name_of(r.verdict())},
               {"seed", r.seed},
               {"profile", r.conditions.profile->name},
               {"first_wrong_layer", first == nullptr ? Json() : Json(first->layer)},
               {"steps", steps}};
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cnnspec::checks

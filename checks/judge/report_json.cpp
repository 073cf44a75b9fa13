#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/describe/json_number.hpp"
#include "checks/judge/descriptor.hpp"
#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"
#include "checks/version.hpp"

namespace cnnspec::checks {
namespace {

using Json = nlohmann::ordered_json;

Json map_of(const Failure& f) {
  const TensorInfo output{f.tensor.c_str(), f.extents};
  Json elements = Json::array();
  for (const WrongElement& e : f.wrong_elements)
    elements.push_back({{"index", output.index(e.place)},
                        {"expected", json_number(e.expected)},
                        {"actual", json_number(e.actual)},
                        {"bound", json_number(e.bound)},
                        {"ratio", json_number(e.ratio)}});
  return {
      {"extents", f.extents}, {"elements", elements}, {"complete", std::ssize(f.wrong_elements) == f.elements_wrong}};
}

Json json_of(const Coverage& coverage) {
  Json families = Json::array();
  for (const auto& [family, cells] : coverage.cells) {
    Json axes = Json::array(), impossible = Json::array(), rows = Json::array();
    for (const CoverageAxis& axis : coverage_axes(family))
      axes.push_back({{"name", axis.name}, {"levels", axis.levels}});
    for (const ImpossiblePair& p : impossible_pairs(family))
      impossible.push_back({p.axis, p.level, p.other_axis, p.other_level});
    for (const auto& [levels, cases] : cells) rows.push_back({{"levels", levels}, {"cases", cases}});
    families.push_back({{"family", name_of(family)}, {"axes", axes}, {"impossible", impossible}, {"cells", rows}});
  }
  return families;
}

Json json_of(const std::string& kernel, const Failure& f, const Conditions& conditions) {
  Json j{{"op", name_of(f.failed.op)},
         {"dtype", name_of(f.failed.dtype)},
         {"descriptor", to_descriptor(f.failed.problem)},
         {"seed", f.failed.seed},
         {"data", f.data},
         {"kind", name_of(f.kind)}};
  if (!f.detail.empty()) j["detail"] = f.detail;
  if (f.elements_wrong > 0) {
    j["tensor"] = f.tensor;
    j["elements"] = f.elements;
    j["elements_wrong"] = f.elements_wrong;
    j["first_index"] = f.first_index;
    j["expected"] = json_number(f.expected);
    j["actual"] = json_number(f.actual);
    j["bound"] = json_number(f.bound);
    j["ratio"] = json_number(f.ratio);
    j["map"] = map_of(f);
  }
  if (f.shrunk != nullptr) {
    j["shrunk_descriptor"] = to_descriptor(f.shrunk->failed.problem);
    j["shrunk_data"] = f.shrunk->failed.data;
    j["shrunk_repro"] = reproduce(kernel, f.shrunk->failed, conditions);
    if (f.shrunk->elements_wrong > 0) j["shrunk_map"] = map_of(*f.shrunk);
  }
  Json& diagnosis = j["diagnosis"] = Json::array();
  for (const Diagnosis& d : f.diagnoses) diagnosis.push_back({{"name", d.name}, {"sentence", d.sentence}});
  j["picture"] = f.picture;
  j["repro"] = reproduce(kernel, f.failed, conditions);
  return j;
}

Json json_of(const OperationResult& o, double least_sensitivity) {
  return {{"op", name_of(o.op)},
          {"dtype", name_of(o.dtype)},
          {"verdict", name_of(o.verdict(least_sensitivity))},
          {"cases", o.cases},
          {"unsupported", o.unsupported},
          {"failed", o.failed},
          {"sampled", o.sampled},
          {"elements", o.judged},
          {"not_judged", o.not_judged},
          {"sensitivity", o.sensitivity()},
          {"least_sensitivity", o.with_terms == 0 ? 0 : o.least_sensitivity},
          {"worst_ratio", json_number(o.worst_ratio)},
          {"given_up_after", o.given_up ? Json(*o.given_up) : Json()},
          {"behaves_like", o.behaves_like == nullptr ? Json() : Json(o.behaves_like->name)},
          {"ratios", {{"zero", o.ratios.zero}, {"counts", o.ratios.counts}}},
          {"seconds", o.seconds}};
}

}  // namespace

std::string to_json(const KernelResult& r) {
  Json j{{"type", "judge"},
         {"schema", 1},
         {"version", version()},
         {"kernel", r.kernel},
         {"verdict", name_of(r.verdict())},
         {"sentence", describe_verdict(r)},
         {"seed", r.seed},
         {"profile", r.conditions.profile->name},
         {"complete", !r.interrupted && !r.stopped_on_time},
         {"seconds", r.seconds},
         {"cases", r.cases()},
         {"unsupported", r.unsupported()},
         {"not_judged", r.not_judged()},
         {"sensitivity", r.sensitivity()},
         {"worst_ratio", json_number(r.worst_ratio())},
         {"ratio_edges", RatioHistogram::edges()},
         {"operations", Json::array()},
         {"coverage", json_of(r.coverage)},
         {"failures", Json::array()}};
  for (const Failure& f : r.failures) j["failures"].push_back(json_of(r.kernel, f, r.conditions));
  for (const OperationResult& o : r.operations) j["operations"].push_back(json_of(o, r.least_sensitivity));
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string network_to_json(const NetworkResult& r) {
  Json steps = Json::array();
  for (const LayerStep& s : r.steps) {
    Json j{{"layer", s.layer},
           {"op", name_of(s.what.op)},
           {"dtype", name_of(s.what.dtype)},
           {"descriptor", to_descriptor(s.what.problem)},
           {"verdict", verdict_of(s)},
           {"worst_ratio", json_number(s.result.worst_ratio)}};
    if (s.is_wrong()) {
      const Failure& f = *s.result.failure;
      j["kind"] = name_of(f.kind), j["elements_wrong"] = f.elements_wrong, j["first_index"] = f.first_index;
    }
    steps.push_back(std::move(j));
  }
  const LayerStep* const first = r.first_wrong();
  const Json j{{"type", "judge-network"},
               {"schema", 1},
               {"version", version()},
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

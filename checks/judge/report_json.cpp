#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "checks/judge/case_text.hpp"
#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"
#include "checks/version.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/json_number.hpp"

namespace cnnspec::checks {
namespace {

using Json = nlohmann::ordered_json;

/// The schema of both kinds of result.
constexpr int judge_schema = 2;

/// The limit on all listed wrong elements of a result: `cnnspec report` reads at most 64 MiB.
constexpr std::size_t most_listed = std::size_t{1} << 16;

/// The number of elements that each of `maps` maps may list.
std::size_t most_in_map(std::size_t maps) { return most_listed / std::max(maps, std::size_t{1}); }

Json map_of(const Failure& f, std::size_t most) {
  const TensorInfo output{f.tensor.c_str(), f.extents};
  Json elements = Json::array();
  for (const WrongElement& e : std::span(f.wrong_elements).first(std::min(most, f.wrong_elements.size())))
    elements.push_back({{"index", output.index(e.place)},
                        {"expected", json_number(e.expected)},
                        {"actual", json_number(e.actual)},
                        {"bound", json_number(e.bound)},
                        {"ratio", json_number(e.ratio)}});
  return {{"extents", f.extents},
          {"elements", elements},
          {"complete", static_cast<Idx>(elements.size()) == f.elements_wrong},
          {"all_judged", f.elements == output.count()}};
}

Json json_of(const Coverage& coverage) {
  Json covered = Json::array();
  for (const auto& [family, cells] : coverage.cells) {
    Json axes = Json::array(), impossible = Json::array(), rows = Json::array();
    for (const CoverageAxis& axis : coverage_axes(family))
      axes.push_back({{"name", axis.name}, {"levels", axis.levels}});
    for (const ImpossiblePair& p : impossible_pairs(family))
      impossible.push_back({p.axis, p.level, p.other_axis, p.other_level});
    for (const auto& [levels, cases] : cells)
      rows.push_back({{"levels", levels}, {"cases", cases.computed}, {"unsupported", cases.unsupported}});
    covered.push_back({{"family", name_of(family)}, {"axes", axes}, {"impossible", impossible}, {"cells", rows}});
  }
  return covered;
}

/// The number of cases, for each size axis and each of size_levels().
Json json_of(const SizeCoverage& sizes) {
  Json axes = Json::array();
  for (std::size_t n = 0; n < sizes.axes().size(); ++n)
    axes.push_back({{"axis", sizes.axes()[n].name}, {"counts", sizes.counts()[n]}});
  return axes;
}

Json names_of(ConventionSet set, bool mixed = false) {
  Json names = Json::array();
  for (const Convention* c : set.all()) names.push_back(c->name);
  if (mixed) names.push_back("mixed");
  return names;
}

/// The conventions that explain most failed cases of a wrong operation, or null.
Json nearest_of(const OperationResult& o) {
  if (o.nearest_explains == 0) return nullptr;
  return {{"conventions", names_of(o.nearest)}, {"cases", o.nearest_explains}};
}

/// The number, or null if there is none.
Json number_or_null(std::optional<double> number) { return number ? json_number(*number) : Json(); }

std::optional<double> worst_wrong_ratio(const auto& result) {
  return result.ratios.wrong == 0 ? std::nullopt : std::optional(result.worst_wrong_ratio);
}

Json texts_of(const std::vector<Case>& cases) {
  Json texts = Json::array();
  for (const Case& c : cases) texts.push_back(to_text(c));
  return texts;
}

/// `repro`: the command line that shows the failure again. `most`: the largest number of elements in a map.
Json json_of(const std::string& kernel, const Failure& f, const Conditions& conditions, const std::string& repro,
             std::size_t most) {
  Json j{{"op", name_of(f.failed.op)},
         {"dtype", name_of(f.failed.dtype)},
         {"descriptor", to_descriptor(f.failed.problem)},
         {"seed", f.failed.seed},
         {"data", f.data},
         {"kind", name_of(f.kind)}};
  if (!f.detail.empty()) j["detail"] = f.detail;
  if (!f.more_lines.empty()) j["more_lines"] = f.more_lines;
  if (!f.history.empty()) j["history"] = texts_of(f.history);
  if (f.elements_wrong > 0) {
    j["tensor"] = f.tensor;
    j["elements"] = f.elements;
    j["elements_wrong"] = f.elements_wrong;
    j["first_index"] = f.first_index;
    j["expected"] = json_number(f.expected);
    j["actual"] = json_number(f.actual);
    j["bound"] = json_number(f.bound);
    j["ratio"] = json_number(f.ratio);
    j["map"] = map_of(f, most);
  }
  j["conventions"] = names_of(f.fits);
  if (f.shrunk != nullptr) {
    j["shrunk_descriptor"] = to_descriptor(f.shrunk->failed.problem);
    j["shrunk_data"] = f.shrunk->failed.data;
    if (!f.shrunk->history.empty()) j["shrunk_history"] = texts_of(f.shrunk->history);
    j["shrunk_repro"] = reproduce_failure(kernel, *f.shrunk, conditions);
    if (f.shrunk->elements_wrong > 0) j["shrunk_map"] = map_of(*f.shrunk, most);
  }
  Json& diagnosis = j["diagnosis"] = Json::array();
  for (const Diagnosis& d : f.diagnoses)
    diagnosis.push_back({{"name", d.name}, {"sentence", d.sentence}, {"only_fits", d.only_fits}});
  Json& holds = j["holds"] = Json::array();
  for (const SizeCondition& c : f.holds) holds.push_back(c.in_words());
  j["picture"] = f.picture;
  j["repro"] = repro;
  return j;
}

Json json_of(const OperationResult& o, const Conditions& conditions, double least_sensitivity) {
  Json j{{"op", name_of(o.op)},
         {"dtype", name_of(o.dtype)},
         {"profile", profile_for(o.dtype, conditions.profile).name},
         {"verdict", name_of(o.verdict(least_sensitivity))},
         {"cases", o.cases},
         {"unsupported", o.unsupported},
         {"failed", o.failed},
         {"sampled", o.sampled},
         {"sample_elements", o.in_sample},
         {"sample_of", o.sampled_from},
         {"windows_in_turn", o.windows_in_turn},
         {"projected", o.projected},
         {"elements", o.judged},
         {"not_judged", o.not_judged},
         {"sensitivity", number_or_null(o.sensitivity())},
         {"least_sensitivity", o.with_terms == 0 ? Json() : Json(o.least_sensitivity)},
         {"worst_ratio", json_number(o.worst_ratio)},
         {"worst_wrong_ratio", number_or_null(worst_wrong_ratio(o))},
         {"given_up_after", o.given_up ? Json(*o.given_up) : Json()},
         {"conventions", names_of(o.conventions)},
         {"accepted", o.accepted},
         {"unexplained", o.unexplained},
         {"nearest", nearest_of(o)},
         {"behaves_like", o.behaves_like == nullptr ? Json() : Json(o.behaves_like->name)},
         {"ratios", {{"zero", o.ratios.zero}, {"counts", o.ratios.counts}, {"wrong", o.ratios.wrong}}},
         {"sizes", json_of(o.sizes)},
         {"seconds", o.seconds}};
  if (!formulations_of(o.op).empty())  // the formulation that explains all cases; null: none does
    j["formulation"] = o.formulation() == nullptr ? Json() : Json(o.formulation()->name);
  if (o.mixes_formulations()) j["mixed"] = o.mixture_accepted ? "accepted" : "differs";
  return j;
}

}  // namespace

std::string to_json(const KernelResult& r) {
  Json j{{"type", "judge"},
         {"schema", judge_schema},
         {"version", version()},
         {"kernel", r.kernel},
         {"verdict", name_of(r.verdict())},
         {"sentence", describe_verdict(r)},
         {"seed", r.seed},
         {"accepted", names_of(r.conditions.accepted, r.conditions.accepts_mixed)},
         {"complete", !r.interrupted && !r.stopped_on_time},
         {"seconds", r.seconds},
         {"cases", r.cases()},
         {"unsupported", r.unsupported()},
         {"not_judged", r.not_judged()},
         {"chance_of_error", r.chance_of_error()},
         {"sensitivity", number_or_null(r.sensitivity())},
         {"worst_ratio", json_number(r.worst_ratio())},
         {"ratio_edges", RatioHistogram::edges()},
         {"size_levels", size_levels()},
         {"sizes_not_met", describe_missed_sizes(r)},
         {"operations", Json::array()},
         {"coverage", json_of(r.coverage)},
         {"failures", Json::array()}};
  const std::size_t most = most_in_map(2 * r.failures.size());
  for (const Failure& f : r.failures)
    j["failures"].push_back(json_of(r.kernel, f, r.conditions, reproduce_failure(r.kernel, f, r.conditions), most));
  for (const OperationResult& o : r.operations)
    j["operations"].push_back(json_of(o, r.conditions, r.least_sensitivity));
  if (!r.conditions.library.empty()) j["library"] = r.conditions.library;
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string network_to_json(const NetworkResult& r) {
  const auto wrong = std::ranges::count_if(r.steps, &LayerStep::is_wrong);
  const std::size_t most = most_in_map(static_cast<std::size_t>(wrong));
  Json steps = Json::array();
  for (const LayerStep& s : r.steps) {
    const bool judged = s.by_kernel && s.result.judged > 0;
    Json j{{"layer", s.layer},
           {"op", name_of(s.what.op)},
           {"dtype", name_of(s.what.dtype)},
           {"profile", profile_for(s.what.dtype, r.conditions.profile).name},
           {"descriptor", to_descriptor(s.what.problem)},
           {"verdict", verdict_of(s)},
           {"conventions", names_of(s.differs() ? s.result.failure->fits : s.accepted)},
           {"worst_ratio", judged ? json_number(s.result.worst_ratio) : Json()},
           {"worst_wrong_ratio", number_or_null(worst_wrong_ratio(s.result))}};
    if (s.is_wrong())
      j["failure"] = json_of(r.kernel, *s.result.failure, r.conditions, reproduce(r, {s.what.dtype}), most);
    steps.push_back(std::move(j));
  }
  const LayerStep* const first = r.first_wrong();
  Json j{{"type", "judge-network"},
         {"schema", judge_schema},
         {"version", version()},
         {"kernel", r.kernel},
         {"network", r.network},
         {"verdict", name_of(r.verdict())},
         {"sentence", describe_verdict(r)},
         {"seed", r.seed},
         {"accepted", names_of(r.conditions.accepted, r.conditions.accepts_mixed)},
         {"seconds", r.seconds},
         {"repro", reproduce(r, r.dtypes)},
         {"first_wrong_layer", first == nullptr ? Json() : Json(first->layer)},
         {"steps", steps}};
  if (!r.conditions.library.empty()) j["library"] = r.conditions.library;
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cnnspec::checks

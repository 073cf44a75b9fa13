#include "checks/census/census_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "checks/census/census_report.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;

/// `visit(name, number)` for each number of a tally.
template <class Tally, class Visit>
void for_each_count(Tally& t, Visit visit) {
  visit("configurations", t.configurations), visit("disproved", t.disproved);
  visit("basis", t.basis), visit("random", t.random);
  visit("whole_image", t.whole_image), visit("windows", t.windows), visit("images", t.images);
  visit("doubt", t.doubt);
}

Json json_of(const CensusTally& tally) {
  Json json;
  for_each_count(tally, [&](const char* name, Idx count) { json[name] = count; });
  return json;
}

Json json_of(const Disproof& d, const CensusPlan& plan) {
  return {{"number", d.number},
          {"operation", name_of(layer_id(d.problem))},
          {"problem", to_descriptor(d.problem)},
          {"what", d.difference.what},
          {"index", d.difference.index},
          {"actual", d.difference.actual},
          {"expected", d.difference.expected},
          {"input", d.difference.input},
          {"repro", repro_of(d, plan)}};
}

/// Reads one object; errors name the place.
class Reader {
 public:
  Reader(const nlohmann::json& json, std::string where) : json_(json), where_(std::move(where)) {}

  const nlohmann::json& at(const char* key) const {
    if (!json_.is_object() || !json_.contains(key)) throw UsageError(where_, "", fmt::format("\"{}\"", key), "nothing");
    return json_.at(key);
  }
  template <class T>
  T get(const char* key) const {
    const auto& value = at(key);
    try {
      const T got = value.get<T>();  // JSON's -1 becomes a large unsigned number, and 1.5 becomes 1
      if (std::is_floating_point_v<T> || nlohmann::json(got).dump() == value.dump()) return got;
    } catch (const nlohmann::json::exception&) {  // refused below
    }
    throw UsageError(where_, key, "another type of value", in_quotes(value.dump()));
  }
  Idx number(const char* key, Idx least = 0, Idx most = std::numeric_limits<Idx>::max()) const {
    const auto& value = at(key);
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(most)) || value.get<Idx>() < least ||
        value.get<Idx>() > most)
      throw UsageError(where_, key, fmt::format("an integer from {} to {}", least, most), in_quotes(value.dump()));
    return value.get<Idx>();
  }
  Reader object(const char* key) const { return {at(key), fmt::format("{}: {}", where_, key)}; }
  std::vector<Reader> list(const char* key) const {
    std::vector<Reader> all;
    if (!at(key).is_array()) throw UsageError(where_, key, "a list", in_quotes(at(key).dump()));
    for (const auto& element : at(key)) all.emplace_back(element, fmt::format("{}: {}", where_, key));
    return all;
  }
  std::size_t one_of_names(const char* key, const std::vector<std::string>& names) const {
    return place(names, get<std::string>(key), key);
  }
  std::size_t place(const std::vector<std::string>& names, const std::string& given, const char* key) const {
    const auto found = std::find(names.begin(), names.end(), given);
    if (found == names.end()) throw UsageError(where_, key, one_of(names, given), in_quotes(given));
    return static_cast<std::size_t>(found - names.begin());
  }

 private:
  const nlohmann::json& json_;
  std::string where_;
};

Disproof disproof_of(const Reader& json) {
  const LayerId family = census_families()[json.one_of_names("operation", census_family_names())];
  return {json.number("number"),
          parse_descriptor(family, json.get<std::string>("problem")),
          {json.get<std::string>("what"), json.get<std::vector<Idx>>("index"), json.get<std::string>("actual"),
           json.get<std::string>("expected"), json.get<std::string>("input")}};
}

CensusPlan plan_of(const Reader& json) {
  CensusPlan plan;
  const Reader bounds = json.object("bounds");
  for (const CensusBound& b : census_bounds) plan.bounds.*b.value = bounds.number(b.name, b.least, b.most);
  plan.families.clear();
  for (const std::string& name : json.get<std::vector<std::string>>("operations"))
    plan.families.push_back(census_families()[json.place(census_family_names(), name, "operations")]);
  plan.seed = json.get<std::uint64_t>("seed");
  plan.proof =
      static_cast<CensusProof>(json.one_of_names("proof", {census_proof_names.begin(), census_proof_names.end()}));
  return plan;
}

}  // namespace

std::string to_json(const CensusFile& f) {
  Json bounds, operations = Json::array(), results, first = Json::array();
  for (const CensusBound& b : census_bounds) bounds[b.name] = f.plan.bounds.*b.value;
  for (const LayerId family : f.plan.families) operations.push_back(name_of(family));
  for (std::size_t n = 0; n < census_families().size(); ++n)
    results[census_family_names()[n]] = json_of(f.progress.tallies[n]);
  for (const Disproof& d : f.progress.first) first.push_back(json_of(d, f.plan));
  const Json json{{"type", "census"},
                  {"schema", schema},
                  {"version", f.version},
                  {"source", f.source},
                  {"operations", operations},
                  {"bounds", bounds},
                  {"seed", f.plan.seed},
                  {"proof", census_proof_names[static_cast<std::size_t>(f.plan.proof)]},
                  {"shard", f.shard.number},
                  {"shards", f.shard.count},
                  {"size", f.size},
                  {"done", f.progress.done},
                  {"finished", f.is_finished()},
                  {"seconds", f.progress.seconds},
                  {"merged", f.merged},
                  {"results", results},
                  {"failure_probability", f.progress.failure_probability()},
                  {"first_disproved", first}};
  return json.dump(2) + "\n";
}

CensusFile parse_census_file(const std::string& text, const std::string& where) {
  const nlohmann::json parsed = parse_strict_json(text, where);
  const Reader json(parsed, where);
  if (json.get<std::string>("type") != "census")
    throw UsageError(where, "type", "\"census\"", in_quotes(json.get<std::string>("type")));
  json.number("schema", schema, schema);
  CensusFile f;
  f.version = json.get<std::string>("version");
  f.source = json.get<std::string>("source");
  f.plan = plan_of(json);
  f.shard.count = json.number("shards", 1, most_census_shards);
  f.shard.number = json.number("shard", 1, f.shard.count);
  f.size = json.number("size");
  f.progress.done = json.number("done", 0, f.size);
  f.progress.seconds = json.get<double>("seconds");
  f.merged = json.number("merged", 0, most_census_shards);
  const Reader results = json.object("results");
  const Idx most = std::numeric_limits<Idx>::max() / static_cast<Idx>(census_families().size());  // they are added up
  for (std::size_t n = 0; n < census_families().size(); ++n) {
    const Reader tally = results.object(census_family_names()[n].c_str());
    for_each_count(f.progress.tallies[n], [&](const char* name, Idx& count) { count = tally.number(name, 0, most); });
  }
  for (const Reader& d : json.list("first_disproved")) f.progress.first.push_back(disproof_of(d));
  if (f.progress.sum().configurations != f.progress.done)
    throw UsageError(where, "done", fmt::format("the sum of all configurations, {}", f.progress.sum().configurations),
                     std::to_string(f.progress.done));
  return f;
}

std::string difference_of(const CensusFile& mine, const CensusFile& file) {
  const auto differs = [](const char* what, const auto& expected, const auto& given) {
    return expected == given ? std::string() : fmt::format("another {}: {} and {}", what, expected, given);
  };
  std::vector<std::string> bounds;
  for (const CensusBound& b : census_bounds) bounds.push_back(fmt::format("{}={}", b.name, mine.plan.bounds.*b.value));
  std::string text = differs("version", mine.version, file.version);
  if (text.empty())
    text = differs("source (the specification, the census or the twins were changed)", mine.source, file.source);
  if (text.empty() && !(mine.plan.bounds == file.plan.bounds)) text = "other bounds than " + joined(bounds, ",");
  if (text.empty() && mine.plan.families != file.plan.families) text = "other operations";
  if (text.empty()) text = differs("seed", mine.plan.seed, file.plan.seed);
  if (text.empty() && mine.plan.proof != file.plan.proof) text = "another kind of proof";
  if (text.empty()) text = differs("number of shards", mine.shard.count, file.shard.count);
  return text;
}

CensusFile merge(const std::vector<CensusFile>& files, const std::vector<std::string>& names) {
  std::map<Idx, std::string> seen;
  CensusFile whole = files.at(0);
  whole.progress = {};
  whole.size = 0;
  for (std::size_t n = 0; n < files.size(); ++n) {
    const CensusFile& f = files[n];
    const auto refuse = [&](const std::string& expected, const std::string& given) {
      throw UsageError(names[n], "", expected, given);
    };
    if (const std::string other = difference_of(files[0], f); !other.empty())
      refuse("a shard of the same census as " + names[0], other);
    if (const auto [twin, is_new] = seen.emplace(f.shard.number, names[n]); !is_new)
      refuse("each shard once", fmt::format("shard {}, as in {}", f.shard.number, twin->second));
    if (!f.is_finished())
      refuse("a finished shard", fmt::format("one with {} of {} configurations done; run it again, and it goes on",
                                             thousands(f.progress.done), thousands(f.size)));
    whole.progress.add(f.progress);
    whole.size += f.size;
  }
  for (Idx shard = 1; shard <= whole.shard.count; ++shard)
    if (!seen.contains(shard))
      throw UsageError("census --merge", "", fmt::format("all {} shards", whole.shard.count),
                       fmt::format("none with number {}", shard));
  whole.shard = {1, 1};
  whole.merged = static_cast<Idx>(files.size());
  const CensusSpace space(whole.plan.bounds, whole.plan.families);
  if (whole.size != space.size())
    throw UsageError("census --merge", "", fmt::format("{} configurations", thousands(space.size())),
                     thousands(whole.size));
  return whole;
}

}  // namespace cnnspec::checks

#include "checks/golden/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "checks/data/literal_data.hpp"
#include "checks/expect/projection.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/golden/tensor_source.hpp"
#include "checks/judge/picture.hpp"
#include "checks/judge/report.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/json_number.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// A problem with more multiply-adds is not explained: every misreading is computed as slowly as the specification.
constexpr Idx most_taps_to_explain = Idx{1} << 20;
constexpr std::size_t most_diagnoses = 3;

std::string plural(std::size_t n, const char* noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

/// The numbers of an output of the program.
std::vector<double> read_actual(const std::string& source, DType dtype, const TensorInfo& tensor) {
  const std::string own = npy_of(tensor.element, dtype);
  if (!tensor.is_stored()) return decode(tensor, dtype, read_tensor(source, {own}, tensor.extents, own).elements);
  std::vector<DType> readable{DType::f16, DType::f32, DType::f64};
  if (std::ranges::find(readable, dtype) == readable.end()) readable.insert(readable.begin(), dtype);
  std::vector<std::string> types;
  for (const DType d : readable) types.push_back(npy_type(d));
  const NpyArray array = read_tensor(source, types, tensor.extents, own);
  const auto at = std::ranges::find(types, array.type) - types.begin();
  return decode(readable[static_cast<std::size_t>(at)], array.elements);
}

std::string description_of(const std::string& data, const Operation& operation) {
  const DataFamily* const family = find_data_family(data);
  return family == nullptr ? "the given data" : family->describe(operation);
}

/// The misreadings that explain the result.
std::vector<Diagnosis> diagnoses_of(const GoldenComparison& result, const Operation& operation, Operands<double> inputs,
                                    const std::vector<double>& actual) {
  if (taps(operation.problem) > most_taps_to_explain) return {};
  const Observation seen{operation, arithmetic_for(result.made_of.dtype, result.made_of.profile), std::move(inputs),
                         no_bound, actual};
  std::vector<Diagnosis> diagnoses;
  for (const Misreading* m : explanations(std::span(&seen, 1)))
    if (diagnoses.size() < most_diagnoses) diagnoses.push_back({m->name, m->sentence});
  return diagnoses;
}

/// `expected`: of this tensor.
Failure failure_of(const GoldenComparison& result, const Operation& operation, const TensorInfo& tensor,
                   const Comparison& c, const Expectation& expected) {
  const GoldenCase& made_of = result.made_of;
  Failure f;
  f.failed = {operation.op, made_of.dtype, made_of.problem, made_of.seed, made_of.data};
  f.data = find_data_family(made_of.data) == nullptr ? "given" : made_of.data;
  f.data_description = description_of(made_of.data, operation);
  f.kind = FailureKind::wrong_value;
  f.tensor = tensor.name;
  f.elements = expected.places.empty() ? tensor.count() : std::ssize(expected.places);
  f.elements_wrong = c.elements_wrong;
  f.first_index = tensor.index(expected.place(static_cast<std::size_t>(c.first)));
  f.expected = c.expected, f.actual = c.actual, f.bound = c.bound, f.ratio = c.ratio;
  f.picture = picture_of(wrong_among_all(c, expected, tensor.count()), tensor.extents);
  return f;
}

/// Compares one output of an operation, and appends the program's numbers to `actual`.
ComparedOutput compare_output(const GoldenComparison& result, const Operation& operation, const TensorInfo& tensor,
                              std::vector<double>& actual) {
  ComparedOutput output{.op = operation.op, .tensor = tensor.name};
  const GoldenOutput golden = read_output(result.golden, operation.op, tensor);
  const std::string file = result.actual + "/" + tensor_file(output.tensor);
  output.is_there = std::filesystem::exists(file);
  if (!output.is_there) return output;
  const std::vector<double> own = read_actual(file, result.made_of.dtype, tensor);
  actual.insert(actual.end(), own.begin(), own.end());
  const Expectation expected{{golden.expected.begin(), golden.expected.end()}, golden.bounds, {}};
  output.comparison = compare(own, expected);
  if (output.comparison.elements_wrong > 0)
    output.failure = failure_of(result, operation, tensor, output.comparison, expected);
  return output;
}

/// Compares all outputs of an operation. If no output is missing, the first wrong output gets the diagnoses.
std::vector<ComparedOutput> compare_outputs(const GoldenComparison& result, Op op) {
  const Operation operation = operation_of(op, result.made_of.problem);
  std::vector<ComparedOutput> outputs;
  std::vector<double> actual;
  for (const TensorInfo& tensor : operation.outputs)
    outputs.push_back(compare_output(result, operation, tensor, actual));
  const auto wrong = std::ranges::find_if(outputs, [](const ComparedOutput& o) { return o.failure.has_value(); });
  if (wrong == outputs.end() || std::ssize(actual) != operation.output_count()) return outputs;
  Operands<double> inputs;
  for (const TensorInfo& input : operation.inputs)
    inputs.push_back(read_input(result.golden, result.made_of.dtype, input));
  wrong->failure->diagnoses = diagnoses_of(result, operation, std::move(inputs), actual);
  return outputs;
}

/// The elements with these numbers; empty: all.
std::vector<double> at(const std::vector<double>& all, const std::vector<Idx>& places) {
  if (places.empty()) return all;
  std::vector<double> some;
  for (const Idx place : places) some.push_back(all[static_cast<std::size_t>(place)]);
  return some;
}

/// The part of an expectation that is about one output, whose elements begin at `first`.
Expectation of_output(const Expectation& all, Idx first, const TensorInfo& tensor) {
  if (!all.places.empty()) return all;  // a sample is of an operation with one output
  std::vector<Idx> places(static_cast<std::size_t>(tensor.count()));
  std::iota(places.begin(), places.end(), first);
  Expectation own = at_places(all, places);
  own.places.clear();
  return own;
}

/// `actual`: the program's numbers. The only output of an operation with a projection.
bool is_right_by_projection(const Operation& operation, const Arithmetic& arithmetic, const DataSet& set,
                            const std::vector<double>& actual) {
  const TensorInfo& tensor = operation.outputs.front();
  const std::vector<std::byte> bytes = encode(tensor, arithmetic.dtype, actual);
  const bool are_stored =
      std::ranges::equal(decode(tensor, arithmetic.dtype, bytes), actual);  // in the type of the case
  return are_stored && is_projection_right(operation, arithmetic, set.inputs, bytes, Weights::unpredictable());
}

std::vector<std::string> files_but_outputs(const std::string& folder, const std::vector<ComparedOutput>& outputs) {
  std::vector<std::string> others;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const auto is_it = [&](const ComparedOutput& o) { return tensor_file(o.tensor) == name; };
    if (std::none_of(outputs.begin(), outputs.end(), is_it)) others.push_back(name);
  }
  std::sort(others.begin(), others.end());
  return others;
}

void require_folder(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    throw UsageError(path, "", "a folder", std::filesystem::exists(path, error) ? "something else" : "nothing");
}

std::string verdict_of(const ComparedOutput& o) { return o.is_there ? name_of(o.verdict()) : "not there"; }

std::string row_of(const ComparedOutput& o) {
  const Comparison& c = o.comparison;
  const auto number = [&](Idx n) { return o.is_there ? thousands(n) : "-"; };
  return fmt::format("{:<6} {:<24} {:>10} {:>10} {:>10} {:>11}  {}\n", o.tensor, name_of(o.op),
                     number(c.judged + c.not_judged), number(c.elements_wrong), number(c.not_judged),
                     c.judged > 0 ? fmt::format("{:.3f}", c.worst_ratio) : "-", verdict_of(o));
}

/// The reason for the verdict.
std::string reason_of(const GoldenComparison& r) {
  const auto those = [&](Verdict verdict) {
    std::vector<std::string> names;
    for (const ComparedOutput& o : r.outputs)
      if (o.verdict() == verdict) names.push_back(o.tensor);
    return names;
  };
  switch (r.verdict()) {
    case Verdict::pass:
      return plural(r.outputs.size(), "output") + ", every element exact or within what rounding in any order explains";
    case Verdict::fail:
      return fmt::format("{} of {} wrong", those(Verdict::fail).size(), plural(r.outputs.size(), "output"));
    case Verdict::differs:  // only the judge's own runs have this verdict
    case Verdict::vacuous:
      break;
  }
  return fmt::format("nothing is wrong, but of {} no element was judged", joined(those(Verdict::vacuous), ", "));
}

using Json = nlohmann::ordered_json;

Json json_of(const Failure& f) {
  Json diagnosis = Json::array();
  for (const Diagnosis& d : f.diagnoses) diagnosis.push_back({{"name", d.name}, {"sentence", d.sentence}});
  return {{"op", name_of(f.failed.op)},
          {"dtype", name_of(f.failed.dtype)},
          {"descriptor", to_descriptor(f.failed.problem)},
          {"seed", f.failed.seed},
          {"data", f.data},
          {"kind", name_of(f.kind)},
          {"tensor", f.tensor},
          {"elements", f.elements},
          {"elements_wrong", f.elements_wrong},
          {"first_index", f.first_index},
          {"expected", json_number(f.expected)},
          {"actual", json_number(f.actual)},
          {"bound", json_number(f.bound)},
          {"ratio", json_number(f.ratio)},
          {"diagnosis", diagnosis},
          {"picture", f.picture}};
}

Json json_of(const ComparedOutput& o) {
  return {{"op", name_of(o.op)},
          {"tensor", o.tensor},
          {"verdict", verdict_of(o)},
          {"elements", o.comparison.judged},
          {"elements_wrong", o.comparison.elements_wrong},
          {"sampled", o.is_sampled},
          {"projected", o.is_projected},
          {"not_judged", o.comparison.not_judged},
          {"worst_ratio", json_number(o.comparison.worst_ratio)}};
}

}  // namespace

Verdict ComparedOutput::verdict() const {
  if (failure) return Verdict::fail;
  return comparison.judged > 0 ? Verdict::pass : Verdict::vacuous;
}

Verdict GoldenComparison::verdict() const {
  Verdict result = Verdict::pass;
  for (const ComparedOutput& o : outputs) {
    if (o.verdict() == Verdict::fail) return Verdict::fail;
    if (o.verdict() == Verdict::vacuous) result = Verdict::vacuous;
  }
  return result;
}

GoldenComparison compare_golden(const std::string& golden, const std::string& actual) {
  require_folder(golden), require_folder(actual);
  GoldenComparison result{golden, actual, read_golden_case(golden), {}, {}};
  for (const Op op : result.made_of.ops)
    for (ComparedOutput& output : compare_outputs(result, op)) result.outputs.push_back(std::move(output));
  std::vector<std::string> wanted;
  for (const ComparedOutput& o : result.outputs) wanted.push_back(tensor_file(o.tensor));
  if (std::none_of(result.outputs.begin(), result.outputs.end(), [](const auto& o) { return o.is_there; }))
    throw UsageError(actual, "", (wanted.size() == 1 ? "" : "at least one of ") + joined(wanted, ", "), "none");
  result.ignored = files_but_outputs(actual, result.outputs);
  return result;
}

GoldenComparison compare_given(const GivenCase& c) {
  const Operation operation = operation_of(c.op, c.problem);
  if (c.outputs.size() != operation.outputs.size())
    throw UsageError("--actual", "", plural(operation.outputs.size(), "file"), plural(c.outputs.size(), "file"));
  GoldenComparison result{
      joined(c.inputs, " "), joined(c.outputs, " "), {{c.op}, c.dtype, c.profile, c.problem}, {}, {}};
  result.made_of.data = given_data_name;
  const Arithmetic arithmetic = arithmetic_for(c.dtype, c.profile);
  DataSet set = given_data(operation, arithmetic, read_inputs(operation, c.dtype, c.inputs),
                           {.sample = c.sample, .projects = c.projects});
  std::vector<double> actual;
  for (std::size_t n = 0; n < c.outputs.size(); ++n) {
    const TensorInfo& tensor = operation.outputs[n];
    const std::vector<double> own = read_actual(c.outputs[n], c.dtype, tensor);
    ComparedOutput& output =
        result.outputs.emplace_back(ComparedOutput{.op = c.op, .tensor = tensor.name, .is_sampled = set.sampled});
    if (set.is_projected) {
      if (is_right_by_projection(operation, arithmetic, set, own)) {
        output.is_projected = true, output.comparison.judged = tensor.count();
        continue;
      }
      compute_expected(operation, arithmetic, set);
    }
    const Expectation expected = of_output(set.expected, std::ssize(actual), tensor);
    output.comparison = compare(at(own, expected.places), expected);
    if (output.comparison.elements_wrong > 0)
      output.failure = failure_of(result, operation, tensor, output.comparison, expected);
    actual.insert(actual.end(), own.begin(), own.end());
  }
  const auto wrong = std::ranges::find_if(result.outputs, [](const auto& o) { return o.failure.has_value(); });
  if (wrong != result.outputs.end()) wrong->failure->diagnoses = diagnoses_of(result, operation, set.inputs, actual);
  return result;
}

std::string describe_comparison(const GoldenComparison& r) {
  std::string text = fmt::format("{:<6} {:<24} {:>10} {:>10} {:>10} {:>11}  {}\n", "output", "operation", "elements",
                                 "wrong", "not judged", "error/bound", "verdict");
  for (const ComparedOutput& o : r.outputs) text += row_of(o);
  for (const ComparedOutput& o : r.outputs)
    if (o.failure) text += "\n" + describe_failure("", *o.failure, {}, Again::no);
  for (const ComparedOutput& o : r.outputs)
    if (o.is_sampled)
      text += fmt::format("\n{} was judged on a sample of its elements (--full judges all)\n", o.tensor);
    else if (o.is_projected)
      text += fmt::format(
          "\n{} was judged in full by random projection; the probability that a mistake was missed is at "
          "most {:.1e}\n",
          o.tensor, chance_of_error);
  const GoldenCase& c = r.made_of;
  const bool has_data = find_data_family(c.data) != nullptr || is_literal(c.data);  // that a seed or a text describes
  if (!has_data)
    return text + fmt::format("\n{}: {} ({} {}, the given data)\n", name_of(r.verdict()), reason_of(r),
                              name_of(c.dtype), to_descriptor(c.problem));
  return text + fmt::format("\n{}: {} ({} {}, data {}, seed {})\n", name_of(r.verdict()), reason_of(r),
                            name_of(c.dtype), to_descriptor(c.problem), printable(c.data), c.seed);
}

std::string comparison_to_json(const GoldenComparison& r) {
  Idx not_judged = 0;
  double worst_ratio = 0;
  Json failures = Json::array(), outputs = Json::array();
  for (const ComparedOutput& o : r.outputs) {
    not_judged += o.comparison.not_judged;
    worst_ratio = std::max(worst_ratio, o.comparison.worst_ratio);
    outputs.push_back(json_of(o));
    if (o.failure) failures.push_back(json_of(*o.failure));
  }
  const Json j{{"schema", 1},
               {"golden", r.golden},
               {"actual", r.actual},
               {"verdict", name_of(r.verdict())},
               {"dtype", name_of(r.made_of.dtype)},
               {"profile", profile_for(r.made_of.dtype, r.made_of.profile).name},
               {"descriptor", to_descriptor(r.made_of.problem)},
               {"seed", r.made_of.seed},
               {"data", r.made_of.data},
               {"not_judged", not_judged},
               {"worst_ratio", json_number(worst_ratio)},
               {"ignored", r.ignored},
               {"failures", failures},
               {"outputs", outputs}};
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cnnspec::checks

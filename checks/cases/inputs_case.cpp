#include "checks/cases/inputs_case.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <typeinfo>

#include "checks/cases/problem_fields.hpp"
#include "checks/cases/problem_numbers.hpp"
#include "checks/cases/same_network.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

using Reader = InputsCase::Reader;
using Option = InputsCase::Option;

constexpr std::array reader_names{"descriptor",
                                  "descriptor of any family",
                                  "list of shapes",
                                  "network",
                                  "config",
                                  "target's config",
                                  ".npy",
                                  "case.json",
                                  "data",
                                  "option",
                                  "folder of golden vectors",
                                  "census's file",
                                  "worker's first line",
                                  "worker's answer",
                                  "whole case"};
constexpr Idx options = 11, edits = 5;

/// A promise that a reader has broken.
struct Broken {
  std::string promise;
};

void promise(bool is_kept, const char* what) {
  if (!is_kept) throw Broken{what};
}

/// Errors are allowed while `read` reads the text, but not in `verify`, which checks the result.
template <class Read, class Verify>
void read_and(Read read, Verify verify) {
  const auto value = read();
  try {
    verify(value);
  } catch (const std::exception& e) {
    throw Broken{std::string("what was read can be written and read again; but then: ") + e.what()};
  }
}

template <class Read>
bool is_refused(Read read) {
  try {
    read();
  } catch (const UsageError&) {
    return true;
  }
  return false;
}

std::optional<Idx> batch_in(const InputsCase& c) { return c.batch < 1 ? std::nullopt : std::optional(c.batch); }

// ---- Descriptors -------------------------------------------------------------------------------------------------

bool has_batch(const Problem& problem, Idx batch) {
  const Layer& layer = layer_of(problem);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (is_batch(layer, n)) return problem.integer(n) == batch;
  return true;
}

void verify_problem(const Problem& problem, LayerId family, std::optional<Idx> batch, const InputsFunctions& f) {
  promise(layer_id(problem) == family, "a problem is of the family that was asked for");
  promise(check(problem).ok(), "a problem violates no clause");
  promise(!batch || has_batch(problem, *batch), "a problem has the batch that was asked for");
  const std::string written = f.to_descriptor(problem);
  promise(f.guess_layer(written) == family, "the family of what is written can be guessed");
  promise(f.parse_descriptor(family, written, {}) == problem, "a problem is read back as it was written");
}

void check_descriptor(const InputsCase& c, const InputsFunctions& f) {
  const LayerId family = c.reader == Reader::guessed ? f.guess_layer(c.text) : c.family;
  read_and([&] { return f.parse_descriptor(family, c.text, batch_in(c)); },
           [&](const Problem& problem) { verify_problem(problem, family, batch_in(c), f); });
}

void check_shapes(const InputsCase& c, const InputsFunctions& f) {
  const std::optional<LayerId> family = c.family_is_given ? std::optional(c.family) : std::nullopt;
  const auto read = [&](const std::string& text, std::optional<Idx> batch) {
    std::istringstream in(text);
    return f.read_shapes(family, in, "list", batch);
  };
  read_and([&] { return read(c.text, batch_in(c)); },
           [&](const ShapeList& list) {
             std::string written;
             Idx last_line = 1;
             for (const ShapeLine& shape : list.shapes) {
               const LayerId own = family ? *family : f.guess_layer(shape.descriptor);
               verify_problem(shape.problem, own, batch_in(c), f);
               promise(f.parse_descriptor(own, shape.descriptor, batch_in(c)) == shape.problem,
                       "an entry of a list is read as it is alone");
               promise(shape.line >= std::exchange(last_line, shape.line), "lines are counted");
               written += f.to_descriptor(shape.problem) + (shape.name.empty() ? "" : "n\"" + shape.name + "\"") + "\n";
             }
             const ShapeList again = read(written, {});
             promise(again.notes.empty() && again.shapes.size() == list.shapes.size(), "what is written is read back");
             for (std::size_t n = 0; n < again.shapes.size(); ++n) {
               promise(again.shapes[n].problem == list.shapes[n].problem, "a list is read back as it was written");
               promise(again.shapes[n].name == list.shapes[n].name, "names are read back as they were written");
             }
           });
}

// ---- Networks and configurations ---------------------------------------------------------------------------------

void check_network(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_network(c.text, "text"); },
           [&](const NamedNetwork& network) {
             const Summary summary = summarize(network);
             const std::string written = f.format_network(summary);
             const NamedNetwork again = f.parse_network(written, "text");
             promise(again.name == network.name, "the name is read back as it was written");
             promise(is_same(again.definition, network.definition), "a network is read back as it was written");
             for (std::size_t n = 0; n < summary.layers.size(); ++n) {
               const std::string& given = network.definition.layers[n].name;
               const std::string& name = summary.layers[n].name;
               promise(given.empty() || name == given, "a layer has the name that it was given");
               promise(again.definition.layers[n].name == name, "layers' names are read back as they were written");
             }
             promise(f.format_network(summarize(again)) == written, "what is read back is written the same");
           });
}

void check_config(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_config(c.text, "--config"); },
           [&](const Cnn2Run& run) {
             promise(well_formed(run.config, run.in_c, run.in_h, run.in_w).ok(), "a configuration is well-formed");
             promise(f.parse_config(f.format_config(run), "--config") == run,
                     "a configuration is read back as it was written");
           });
}

void check_target(const InputsCase& c, const InputsFunctions& f) {
  const std::string name = name_of(c.family);
  read_and([&] { return f.load_target(name, c.text); },
           [&](const GradientTarget& target) {
             (void)describe(target.network);
             const GradientTarget again = f.load_target(name, target.config);
             promise(again.config == target.config && is_same(again.network, target.network),
                     "a target is read back as it was written");
           });
}

// ---- Arrays and golden vectors -----------------------------------------------------------------------------------

std::vector<std::string> types_in(const InputsCase& c) {
  std::vector<std::string> types;
  for (std::size_t n = 0; n < InputsCase::npy_types.size(); ++n)
    if ((c.types >> n & 1) != 0) types.push_back(InputsCase::npy_types[n]);
  return types;
}

std::vector<Idx> shape_in(const InputsCase& c) {
  std::vector<Idx> shape;
  for (Idx axis = 0; axis < c.rank; ++axis)
    shape.push_back(std::max(c.extents[static_cast<std::size_t>(axis)], Idx{0}));
  return shape;
}

/// Whether the product of the extents is `elements`.
bool has_elements(const std::vector<Idx>& shape, std::size_t elements) {
  for (const Idx extent : shape)
    if (extent == 0) return elements == 0;
  for (const Idx extent : shape) {
    if (elements % static_cast<std::size_t>(extent) != 0) return false;
    elements /= static_cast<std::size_t>(extent);
  }
  return elements == 1;
}

void check_npy(const InputsCase& c, const InputsFunctions& f) {
  const std::vector<std::string> types = types_in(c);
  const std::vector<Idx> shape = shape_in(c);
  const auto read = [&](std::string_view bytes) { return f.parse_npy(bytes, "file", types, shape); };
  const auto verify = [&](const NpyArray& array) {
    promise(std::find(types.begin(), types.end(), array.type) != types.end(), "an array has a type that was asked for");
    const auto size = static_cast<std::size_t>(array.type[2] - '0');
    promise(array.elements.size() % size == 0 && has_elements(shape, array.elements.size() / size),
            "an array has as many elements as its shape says");
    const NpyArray again = read(f.to_npy(array.type, shape, array.elements));
    promise(again.type == array.type && again.elements == array.elements, "an array is read back as it was written");
    const std::string_view text = c.text;
    promise(is_refused([&] { read(text.substr(0, text.size() - 1)); }), "a file whose last byte is missing is refused");
    promise(is_refused([&] { read(c.text + "x"); }), "a file with a byte too many is refused");
    std::vector<Idx> other_shape = shape;
    other_shape.push_back(1);
    promise(is_refused([&] { f.parse_npy(text, "file", types, other_shape); }), "another shape is refused");
    const std::string other_type = array.type == "<f4" ? "<f8" : "<f4";
    promise(is_refused([&] { f.parse_npy(text, "file", {other_type}, shape); }), "another type is refused");
  };
  read_and([&] { return read(c.text); }, verify);
}

void check_golden_case(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_golden_case(c.text, "case.json"); },
           [&](const GoldenCase& golden) {
             promise(!golden.ops.empty(), "a golden case has an operation");
             for (const Op op : golden.ops)
               promise(layer_id(op) == layer_id(golden.problem), "the operations are those of the problem");
             promise(check(golden.problem).ok(), "a problem violates no clause");
             promise(golden.profile->applies(golden.dtype), "the profile is one of the storage type");
             const GoldenCase again = f.parse_golden_case(f.format_golden_case({golden, {}, {}}), "case.json");
             promise(again.ops == golden.ops && again.dtype == golden.dtype && again.profile == golden.profile &&
                         again.problem == golden.problem && again.seed == golden.seed && again.data == golden.data,
                     "a golden case is read back as it was written");
           });
}

/// The small problem of the layer's room, or else the plainest problem.
Problem small_problem(LayerId layer) {
  if (const char* descriptor = checks_of(layer_of(layer)).small_problem) return parse_descriptor(layer, descriptor);
  Problem problem;
  FieldsFromBytes nothing({});
  list_problem(nothing, layer, problem);
  return problem;
}

bool is_same_number(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

void check_literal(const InputsCase& c, const InputsFunctions& f) {
  const Operation operation = operation_of(c.op, small_problem(layer_id(c.op)));
  const auto verify = [&](const Operands<double>& values) {
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    const Operands<double> again = f.parse_literal(operation, c.dtype, f.to_literal(operation, values, all));
    promise(values.size() == operation.inputs.size() && again.size() == values.size(), "every input gets its data");
    for (std::size_t i = 0; i < values.size(); ++i) {
      const TensorInfo& tensor = operation.inputs[i];
      promise(std::ssize(values[i]) == tensor.count() || (tensor.is_optional && values[i].empty()),
              "every element gets its number");
      promise(again[i].size() == values[i].size(), "tensors are read back as they were written");
      for (std::size_t n = 0; n < values[i].size(); ++n) {
        const double stored = decode(tensor, c.dtype, encode(tensor, c.dtype, {values[i][n]})).front();
        promise(is_same_number(stored, values[i][n]), "the storage type holds every number");
        promise(is_same_number(again[i][n], values[i][n]), "numbers are read back as they were written");
      }
    }
  };
  read_and([&] { return f.parse_literal(operation, c.dtype, c.text); }, verify);
}

// ---- Whole folders of golden vectors -----------------------------------------------------------------------------

using Files = std::map<std::string, std::string>;  // contents, by name

Files files_of(const Golden& golden) {
  Files files;
  write_golden(golden, [&](const std::string& name, std::string_view content) { files[name] = content; });
  return files;
}

GoldenArrays arrays_in(const Files& files) {
  return {[&](const std::string& name) { return files.contains(name); },
          [&](const std::string& name, const auto& types, const auto& shape) {
            if (!files.contains(name)) throw UsageError(name, "", "a file that can be read", "nothing");
            return parse_npy(files.at(name), name, types, shape);
          },
          "golden"};
}

Golden read_golden(const Files& files, const InputsFunctions& f) {
  if (!files.contains(case_file)) throw UsageError(case_file, "", "a file that can be read", "nothing");
  Golden golden;
  golden.made_of = f.parse_golden_case(files.at(case_file), case_file);
  const GoldenArrays arrays = arrays_in(files);
  std::map<std::string, GoldenInput> inputs;
  for (const Op op : golden.made_of.ops) {
    const Operation operation = operation_of(op, golden.made_of.problem);
    for (const TensorInfo& tensor : operation.inputs)
      inputs[tensor.name] = {tensor, f.read_golden_input(arrays, golden.made_of.dtype, tensor)};
    for (const TensorInfo& tensor : operation.outputs)
      golden.outputs.push_back(f.read_golden_output(arrays, op, tensor));
  }
  for (auto& [name, input] : inputs)
    if (!input.tensor.is_optional || !input.values.empty()) golden.inputs.push_back(std::move(input));
  return golden;
}

/// The golden vectors of a case, computed once.
const Golden& written_golden(const InputsCase& c) {
  static std::map<std::tuple<Op, DType, bool>, Golden> known;
  const auto [at, is_new] = known.try_emplace({c.op, c.dtype, c.is_whole_layer});
  if (!is_new) return at->second;
  const LayerId family = layer_id(c.op);
  GoldenCase made_of;
  made_of.ops = c.is_whole_layer ? ops_named(name_of(family)) : std::vector{c.op};
  made_of.dtype = c.dtype;
  made_of.problem = small_problem(family);
  return at->second = make_golden(made_of);
}

/// Edits a file, and returns its name.
std::string edit(Files& files, const InputsCase& c) {
  const auto file = std::next(files.begin(), c.file % static_cast<Idx>(files.size()));
  const std::string name = file->first;
  std::string& content = file->second;
  switch (c.edit) {
    case InputsCase::Edit::none:
      break;
    case InputsCase::Edit::overwrite: {
      const std::size_t at = static_cast<std::size_t>(c.position) % content.size();
      const std::size_t length = std::min(content.size() - at, c.text.size());
      content.replace(at, length, c.text, 0, length);
      break;
    }
    case InputsCase::Edit::replace:
      content = c.text;
      break;
    case InputsCase::Edit::remove:
      files.erase(file);
      break;
    case InputsCase::Edit::add_another:
      files["another.npy"] = c.text;
      break;
  }
  return name;
}

bool are_same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_number);
}

bool are_same(const Golden& a, const Golden& b) {
  const auto is_same_input = [](const GoldenInput& left, const GoldenInput& right) {
    return left.tensor.name == std::string_view(right.tensor.name) && are_same(left.values, right.values);
  };
  const auto is_same_output = [](const GoldenOutput& left, const GoldenOutput& right) {
    return left.op == right.op && are_same(left.expected, right.expected) && are_same(left.bounds, right.bounds);
  };
  return to_json({a.made_of, {}, {}}) == to_json({b.made_of, {}, {}}) &&
         std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), b.outputs.end(), is_same_output) &&
         std::is_permutation(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(), is_same_input);
}

void verify_golden(const Golden& golden, const InputsFunctions& f) {
  for (const GoldenInput& input : golden.inputs)
    promise(static_cast<Idx>(input.values.size()) == input.tensor.count(), "every element of an input gets its number");
  for (const GoldenOutput& output : golden.outputs) {
    const auto count = static_cast<std::size_t>(output.tensor.count());
    promise(output.expected.size() == count && output.bounds.size() == count, "every element is judged by its bound");
    for (const double bound : output.bounds)
      promise(std::isnan(bound) || (bound >= 0 && std::isfinite(bound)), "a bound is 0 or more and finite, or NaN");
  }
  promise(are_same(read_golden(files_of(golden), f), golden), "a folder is read back as it was written");
}

void check_golden(const InputsCase& c, const InputsFunctions& f) {
  const Golden& written = written_golden(c);
  Files files = files_of(written);
  const std::string edited = edit(files, c);
  const bool is_whole = c.edit == InputsCase::Edit::none || c.edit == InputsCase::Edit::add_another;
  const bool is_optional = std::ranges::any_of(written.inputs, [&](const GoldenInput& input) {
    return input.tensor.is_optional && edited == tensor_file(input.tensor.name);
  });
  const bool is_without_bias = c.edit == InputsCase::Edit::remove && is_optional;
  const auto read = [&] {
    try {
      return read_golden(files, f);
    } catch (const UsageError& e) {
      promise(!is_whole && !is_without_bias, "a folder that is whole, but for a bias, is read");
      promise(edited == case_file || std::string_view(e.what()).find(edited) != std::string_view::npos,
              "an error names the file");
      throw;
    }
  };
  read_and(read, [&](const Golden& golden) {
    promise(c.edit != InputsCase::Edit::remove || is_without_bias, "a folder without one of its files is refused");
    promise(!is_whole || are_same(golden, written), "a folder is read as it was made");
    promise(!is_without_bias || golden.inputs.size() + 1 == written.inputs.size(), "a bias that is not there is empty");
    verify_golden(golden, f);
  });
}

// ---- Censuses ----------------------------------------------------------------------------------------------------

bool are_in_range(const CensusBounds& bounds) {
  return std::all_of(census_bounds.begin(), census_bounds.end(),
                     [&](const CensusBound& b) { return b.least <= bounds.*b.value && bounds.*b.value <= b.most; });
}

void check_census(const InputsCase& c, const InputsFunctions& f) {
  const auto verify = [&](const CensusFile& file) {
    promise(are_in_range(file.plan.bounds), "the bounds of a census are in their ranges");
    promise(1 <= file.shard.number && file.shard.number <= file.shard.count, "a shard is one of those there are");
    promise(0 <= file.progress.done && file.progress.done <= file.size, "no more is done than there is to do");
    const std::string written = f.format_census_file(file);
    const CensusFile again = f.parse_census_file(written, "file");
    promise(again.plan == file.plan && again.progress.done == file.progress.done &&
                again.progress.tallies == file.progress.tallies,
            "a census is read back as it was written");
    promise(f.format_census_file(again) == written, "what is read back is written the same");
    const auto given = nlohmann::json::parse(c.text), kept = nlohmann::json::parse(written);
    promise(given.at("seed").dump() == kept.at("seed").dump(), "a seed is read as it is");
    const auto& disproofs = given.at("first_disproved");
    for (std::size_t n = 0; n < disproofs.size(); ++n)
      promise(disproofs[n].at("index").dump() == kept.at("first_disproved")[n].at("index").dump(),
              "an index is read as it is");
  };
  read_and([&] { return f.parse_census_file(c.text, "file"); }, verify);
}

// ---- Workers -----------------------------------------------------------------------------------------------------

void check_hello(const InputsCase& c, const InputsFunctions& f) {
  const auto parse = [&](const std::string& text) { return f.parse_hello(text, "worker:w", ""); };
  read_and([&] { return parse(c.text); },
           [&](const FunctionSet& functions) {
             const std::string written = f.format_hello(functions);
             promise(parse(written) == functions, "a worker's functions are read back as they were written");
             Idx count = 0;
             for (const Op op : all_ops())
               for (const DTypeRow& row : dtype_rows) {
                 if (!functions.has(op, row.dtype)) continue;
                 const std::string name = fmt::format(" {}_{}", name_of(op), row.name);
                 promise(c.text.find(name) != std::string::npos, "a worker has what it says that it has");
                 ++count;
               }
             promise(count > 0, "a worker has a function");
             promise(std::ranges::count(c.text, ' ') > count, "what is said twice counts once");
           });
}

void check_whole_case(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_case(c.text, {}); },
           [&](const Case& read) {
             promise(is_case_text(c.text), "what is read as a whole case is meant as one");
             promise(check(read.problem).ok(), "a case has a valid problem");
             const std::string written = f.case_to_text(read);
             const Case again = f.parse_case(written, {});
             promise(again.op == read.op && again.dtype == read.dtype && again.problem == read.problem &&
                         again.seed == read.seed && again.data == read.data,
                     "a case is read back as it was written");
             promise(f.case_to_text(again) == written, "a case is written in one way");
           });
}

void check_answer(const InputsCase& c, const InputsFunctions& f) {
  using Kind = WorkerAnswer::Kind;
  const WorkerAnswer answer = f.parse_answer(c.text, static_cast<std::uint64_t>(c.call));
  const std::string call = std::to_string(c.call);
  promise((answer.kind == Kind::done) == (c.text == "done " + call),
          "a call is done if the worker says so, and only then");
  promise((answer.kind == Kind::unsupported) == (c.text == "unsupported " + call), "and not supported likewise");
  const bool is_error = c.text == "error " + call || c.text.rfind("error " + call + " ", 0) == 0;
  promise((answer.kind == Kind::error) == is_error, "and an error likewise");
  promise(printable(answer.text) == answer.text && answer.text.size() < most_error_bytes,
          "the text of an error can be shown");
  promise(std::ranges::all_of(answer.more_lines, [](const auto& line) { return printable(line) == line; }),
          "and so can its further lines");
}

void check_census_bounds(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_census_bounds(c.text, "--max"); },
           [&](const CensusBounds& bounds) {
             promise(are_in_range(bounds), "the bounds of a census are in their ranges");
             std::string written;
             for (const CensusBound& b : census_bounds) written += fmt::format("{}={},", b.name, bounds.*b.value);
             written.pop_back();
             promise(f.parse_census_bounds(written, "--max") == bounds, "bounds are read back as they were written");
           });
}

void check_shard(const InputsCase& c, const InputsFunctions& f) {
  read_and([&] { return f.parse_shard(c.text); },
           [&](const CensusShard& shard) {
             promise(1 <= shard.number && shard.number <= shard.count && shard.count <= most_census_shards,
                     "a shard is one of those there are");
             const CensusShard again = f.parse_shard(fmt::format("{}/{}", shard.number, shard.count));
             promise(again.number == shard.number && again.count == shard.count,
                     "a shard is read back as it was written");
           });
}

// ---- Options -----------------------------------------------------------------------------------------------------

template <class Number, class Read>
void check_number(const InputsCase& c, Number least, Number most, Read read) {
  read_and([&] { return read(c.text); },
           [&](Number number) {
             promise(least <= number && number <= most, "a number is in its range");
             promise(read(fmt::format("{}", number)) == number, "a number is read back as it was written");
           });
}

template <std::size_t n>
void check_name(const InputsCase& c, const std::array<const char*, n>& names, const char* option) {
  read_and([&] { return value_of<std::size_t>(names, option, c.text); },
           [&](std::size_t place) { promise(names.at(place) == c.text, "a value has the name that was given"); });
}

void check_option(const InputsCase& c, const InputsFunctions& f) {
  switch (c.option) {
    case Option::op:
      return read_and([&] { return op_named("--op", c.text); },
                      [&](Op op) { promise(name_of(op) == c.text, "an operation has the name that was given"); });
    case Option::dtype:
      return read_and([&] { return dtype_named("--dtype", c.text); },
                      [&](DType dtype) { promise(name_of(dtype) == c.text, "a type has the name that was given"); });
    case Option::profile:
      return read_and([&] { return profile_named(c.text); },
                      [&](const Profile* p) {
                        promise(c.text.empty() ? p == nullptr : p->name == c.text,
                                "a profile has the name that was given");
                      });
    case Option::ops:
      return read_and([&] { return ops_named(c.text); },
                      [&](const std::vector<Op>& ops) {
                        promise(!ops.empty(), "a name stands for an operation");
                        promise(ops.size() > 1 || name_of(ops.front()) == c.text, "an operation has its name");
                        for (const Op op : ops)
                          promise(layer_id(op) == layer_id(ops.front()), "operations are of one layer");
                      });
    case Option::count:
      return check_number(c, Idx{1}, Idx{1'000'000'000},
                          [&](const std::string& text) { return f.count("--cases", text, 1, 1'000'000'000); });
    case Option::seed:
      return check_number(c, std::uint64_t{0}, ~std::uint64_t{0}, [](const std::string& text) {
        return number_of<std::uint64_t>("--seed", text, 0, ~std::uint64_t{0});
      });
    case Option::seconds:
      return check_number(c, 1e-3, 1e9,
                          [](const std::string& text) { return number_of<double>("--seconds", text, 1e-3, 1e9); });
    case Option::color:
      return check_name(c, color_mode_names, "--color");
    case Option::proof:
      return check_name(c, census_proof_names, "--proof");
    case Option::bounds:
      return check_census_bounds(c, f);
    case Option::shard:
      return check_shard(c, f);
  }
}

void check_reader(const InputsCase& c, const InputsFunctions& f) {
  constexpr void (*checks[])(const InputsCase&, const InputsFunctions&){
      check_descriptor, check_descriptor, check_shapes,      check_network, check_config,
      check_target,     check_npy,        check_golden_case, check_literal, check_option,
      check_golden,     check_census,     check_hello,       check_answer,  check_whole_case};
  checks[static_cast<std::size_t>(c.reader)](c, f);
}

/// Asks the JSON library, so that printable does not test itself.
bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

void check_refusal(const char* error) {
  const std::string_view text = error;
  promise(!text.empty() && text.size() <= most_error_bytes, "an error says in a few words what is wrong");
  promise(printable(text) == text, "an error is one line that can be shown");
  promise(is_utf8(error), "an error is UTF-8");
}

}  // namespace

void InputsCase::list_fields(Fields& fields) {
  fields.choice(reader, static_cast<Idx>(reader_names.size()));
  switch (reader) {
    case Reader::descriptor:
      list_layer_with_problems(fields, family);
      fields.any(batch);
      break;
    case Reader::guessed:
      fields.any(batch);
      break;
    case Reader::shapes:
      fields.choice(family_is_given, 2);
      list_layer_with_problems(fields, family);
      fields.any(batch);
      break;
    case Reader::target:
      list_layer_with_problems(fields, family);
      break;
    case Reader::npy:
      fields.number(types, 1, (1 << npy_types.size()) - 1);
      fields.number(rank, 0, most_rank);
      for (Idx axis = 0; axis < rank; ++axis) fields.any(extents[static_cast<std::size_t>(axis)]);
      break;
    case Reader::literal:
      list_op(fields, op);
      list_dtype(fields, dtype);
      break;
    case Reader::option:
      fields.choice(option, options);
      break;
    case Reader::golden:
      list_op(fields, op);
      list_dtype(fields, dtype);
      fields.choice(is_whole_layer, 2);
      fields.choice(edit, edits);
      fields.number(file, 0, 15);
      fields.number(position, 0, 0xffff);
      break;
    case Reader::network:
    case Reader::config:
    case Reader::golden_case:
    case Reader::census:
    case Reader::hello:
    case Reader::whole_case:
      break;
    case Reader::answer:
      fields.number(call, 0, 0xffff);
      break;
  }
  fields.text(text);
}

CaseOutcome check_case(const InputsCase& c, const InputsFunctions& functions) {
  std::string wrong;
  try {
    try {
      check_reader(c, functions);
      return {1, {}, {}};
    } catch (const UsageError& e) {
      check_refusal(e.what());
    } catch (const ShapeError& e) {
      check_refusal(e.what());
    }
    return {};
  } catch (const Broken& broken) {
    wrong = "expected: " + broken.promise;
  } catch (const std::exception& e) {
    wrong = std::string("expected: an error of ours, got: ") + typeid(e).name() + ", " + printable(e.what());
  }
  const char* name = reader_names[static_cast<std::size_t>(c.reader)];
  return {0, fmt::format("the reader of a {}\n  {}\n  text: {}", name, wrong, in_quotes(c.text)), {}};
}

}  // namespace cnnspec::checks

#include "checks/golden/golden_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/read_file.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using Json = nlohmann::ordered_json;

// ---- The numbers of a problem, by name ----

Json geometry_of(const Problem& problem) {
  const std::span<const Field> fields = layer_of(problem).fields;
  Json geometry = Json::object();
  for (std::size_t n = 0; n < fields.size(); ++n)
    if (fields[n].kind == Field::Kind::real)
      geometry[fields[n].name] = problem.real(n);
    else if (fields[n].kind == Field::Kind::choice)
      geometry[fields[n].name] = fields[n].choices[static_cast<std::size_t>(problem.integer(n))];
    else
      geometry[fields[n].name] = problem.integer(n);
  return geometry;
}

// ---- case.json ----

constexpr int schema_now = 2;

constexpr const char* judgement =
    "an element is right if |actual - expected| <= bound; where the bound is 0 it must be equal (+0 and -0 are, and so "
    "are two NaN); where it is NaN it is not judged";

Json tensor_of(const TensorInfo& tensor, const char* role, const std::string& file, const char* type) {
  return {{"name", tensor.name}, {"role", role}, {"file", file}, {"shape", tensor.extents}, {"type", type}};
}

Json json_of(const Golden& golden) {
  const GoldenCase& c = golden.made_of;
  Json operations = Json::array(), tensors = Json::array();
  for (const Op op : c.ops) operations.push_back(name_of(op));
  for (const GoldenInput& input : golden.inputs) {
    const TensorInfo& tensor = input.tensor;
    Json& j =
        tensors.emplace_back(tensor_of(tensor, "input", tensor_file(tensor.name), npy_of(tensor.element, c.dtype)));
    if (const char* encoding = row_of(c.dtype).encoding; tensor.is_stored() && *encoding != '\0')
      j["encoding"] = encoding;
  }
  for (const GoldenOutput& output : golden.outputs) {
    const std::string name = output.tensor.name;
    tensors.push_back(tensor_of(output.tensor, "output", tensor_file(name), "<f8"));
    tensors.back()["operation"] = name_of(output.op);
    tensors.push_back(tensor_of(output.tensor, "bound", bound_file(name), "<f8"));
    tensors.back()["name"] = name + "_bound";
    tensors.back()["of"] = name;
    if (output.terms.empty()) continue;
    tensors.push_back(tensor_of(output.tensor, "terms", terms_file(name), "<i8"));
    tensors.back()["name"] = name + "_terms";
    tensors.back()["of"] = name;
    if (output.digits.empty()) continue;
    tensors.push_back(tensor_of(output.tensor, "digits", digits_file(name, c.scalar), "text"));
    tensors.back()["name"] = name + "_" + c.scalar;
    tensors.back()["of"] = name;
  }
  return {{"schema", schema_now},
          {"operations", operations},
          {"dtype", name_of(c.dtype)},
          {"profile", profile_for(c.dtype, c.profile).name},
          {"descriptor", to_descriptor(c.problem)},
          {"geometry", geometry_of(c.problem)},
          {"seed", c.seed},
          {"data", c.data},
          {"judgement", judgement},
          {"tensors", tensors}};
}

/// Reads case.json. Error messages give the place in the file.
class CaseReader {
 public:
  CaseReader(std::string_view text, const std::string& file) : file_(file), json_(parse_strict_json(text, file)) {
    if (!json_.is_object()) throw UsageError(file, "", "an object", json_.type_name());
  }

  GoldenCase read() const {
    if (const auto& schema = at("schema", &nlohmann::json::is_number_integer, "schema 1 or 2");
        schema != 1 && schema != schema_now)
      refuse("schema", "schema 1 or 2, all that this version of cnnspec knows", schema.dump());
    GoldenCase c;
    c.ops = operations();
    c.dtype = dtype_rows[index_of("dtype", names_of_dtypes())].dtype;
    std::vector<std::string> names;
    for (const Profile& p : profiles()) names.push_back(p.name);
    c.profile = &profiles()[index_of("profile", names)];
    if (!c.profile->applies(c.dtype))
      refuse("profile", std::string("a profile of ") + name_of(c.dtype), in_quotes(c.profile->name));
    c.problem = problem(layer_id(c.ops.front()));
    c.seed = at("seed", &nlohmann::json::is_number_unsigned, "a number from 0 up").get<std::uint64_t>();
    c.data = text("data");
    const auto& geometry = at("geometry", &nlohmann::json::is_object, "an object");
    const nlohmann::json numbers = geometry_of(c.problem);
    for (const auto& [key, number] : numbers.items())
      if (!geometry.contains(key) || geometry[key] != number)
        refuse("geometry/" + key, fmt::format("{}, as the descriptor says", number.dump()),
               geometry.contains(key) ? in_quotes(geometry[key].dump()) : "nothing");
    return c;
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& expected, const std::string& given) const {
    throw UsageError(file_, "/" + key, expected, given);
  }
  const nlohmann::json& at(const char* key, bool (nlohmann::json::*is_right)() const noexcept, const char* what) const {
    if (!json_.contains(key)) refuse(key, what, "nothing");
    const nlohmann::json& value = json_[key];
    if (!(value.*is_right)()) refuse(key, what, in_quotes(value.dump()));
    return value;
  }
  std::string text(const char* key) const { return at(key, &nlohmann::json::is_string, "text").get<std::string>(); }
  Problem problem(LayerId family) const {
    const std::string descriptor = text("descriptor");
    try {
      return parse_descriptor(family, descriptor);
    } catch (const std::invalid_argument& e) {  // UsageError and ShapeError
      throw UsageError(file_, fmt::format("/descriptor: {}", e.what()), "", "");
    }
  }
  std::size_t index_of(const char* key, const std::vector<std::string>& names) const {
    const std::string name = text(key);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) refuse(key, one_of(names, name), in_quotes(name));
    return static_cast<std::size_t>(found - names.begin());
  }
  /// One operation, or all operations of a layer.
  std::vector<Op> operations() const {
    std::vector<Op> ops;
    for (const auto& name : at("operations", &nlohmann::json::is_array, "a list of operations")) {
      const Pass* const found = name.is_string() ? find_pass(name.get<std::string>()) : nullptr;
      if (found == nullptr) refuse("operations", "operations of `cnnspec ops`", in_quotes(name.dump()));
      ops.push_back(found->op);
    }
    if (ops.size() == 1 || (!ops.empty() && ops == ops_named(layer_of(ops.front()).name))) return ops;
    refuse("operations", "one operation, or all of a layer", fmt::format("{} operations", ops.size()));
  }

  const std::string file_;
  const nlohmann::json json_;
};

std::vector<double> read_float64(const GoldenArrays& arrays, const std::string& file, const TensorInfo& tensor) {
  return decode(DType::f64, arrays.read(file, {"<f8"}, tensor.extents).elements);
}

}  // namespace

const char* npy_type(DType dtype) { return row_of(dtype).npy; }

std::string to_json(const Golden& golden) { return json_of(golden).dump(2) + "\n"; }

void write_golden(const Golden& golden, const std::function<void(const std::string&, std::string_view)>& write) {
  const DType dtype = golden.made_of.dtype;
  write(case_file, to_json(golden));
  for (const auto& [tensor, values] : golden.inputs)
    write(tensor_file(tensor.name),
          to_npy(npy_of(tensor.element, dtype), tensor.extents, encode(tensor, dtype, values)));
  for (const GoldenOutput& output : golden.outputs) {
    const auto as_float64 = [&](const std::vector<double>& values) {
      return to_npy("<f8", output.tensor.extents, encode(DType::f64, values));
    };
    write(tensor_file(output.tensor.name), as_float64(output.expected));
    write(bound_file(output.tensor.name), as_float64(output.bounds));
    if (output.terms.empty()) continue;
    const auto terms = std::as_bytes(std::span(output.terms));
    write(terms_file(output.tensor.name), to_npy("<i8", output.tensor.extents, terms));
    if (!output.digits.empty())
      write(digits_file(output.tensor.name, golden.made_of.scalar), joined(output.digits, "\n") + "\n");
  }
}

GoldenCase parse_golden_case(std::string_view text, const std::string& where) { return CaseReader(text, where).read(); }

GoldenCase read_golden_case(const std::string& folder) {
  const std::string file = folder + "/" + case_file;
  return parse_golden_case(read_file(file, JsonLimits{}.bytes), file);
}

GoldenArrays arrays_in(const std::string& folder) {
  return {[=](const std::string& file) { return std::filesystem::exists(folder + "/" + file); },
          [=](const std::string& file, const auto& types, const auto& shape) {
            return read_npy(folder + "/" + file, types, shape);
          },
          folder};
}

std::vector<double> read_input(const GoldenArrays& arrays, DType dtype, const TensorInfo& tensor) {
  const std::string file = tensor_file(tensor.name);
  if (tensor.is_optional && !arrays.is_there(file)) return {};
  const NpyArray array = arrays.read(file, {npy_of(tensor.element, dtype)}, tensor.extents);
  return input_values(array, dtype, tensor, arrays.folder + "/" + file);
}

std::vector<double> input_values(const NpyArray& array, DType dtype, const TensorInfo& tensor,
                                 const std::string& where) {
  std::vector<double> values = decode(tensor, dtype, array.elements);
  for (std::size_t n = 0; !tensor.is_stored() && n < values.size(); ++n)
    if (values[n] < 0 || values[n] >= static_cast<double>(tensor.below))
      throw UsageError(where, fmt::format("element {}", n),
                       fmt::format("a whole number from 0 to {}", tensor.below - 1), fmt::format("{}", values[n]));
  return values;
}

GoldenOutput read_output(const GoldenArrays& arrays, Op op, const TensorInfo& tensor) {
  const std::string file = bound_file(tensor.name);
  GoldenOutput output{op, tensor, read_float64(arrays, tensor_file(tensor.name), tensor),
                      read_float64(arrays, file, tensor)};
  for (std::size_t n = 0; n < output.bounds.size(); ++n)
    if (output.bounds[n] < 0 || std::isinf(output.bounds[n]))
      throw UsageError(arrays.folder + "/" + file, fmt::format("element {}", n),
                       "a bound: 0 or more and finite, or NaN", fmt::format("{}", output.bounds[n]));
  return output;
}

}  // namespace cnnspec::checks

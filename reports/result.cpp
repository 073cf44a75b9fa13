#include "reports/result.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "reports/assets.hpp"

namespace cnnspec::reports {
namespace {

using checks::UsageError;

constexpr checks::JsonLimits limits_of_results{.bytes = std::size_t{1} << 26, .levels = 12};

std::vector<std::string> known_types() {
  std::vector<std::string> names;
  for (const auto& [name, schema] : schemas()) names.push_back(name);
  return names;
}

std::string type_of(const Json& json, const std::string& where) {
  if (!json.is_object()) throw UsageError(where, "", "a result of cnnspec, a JSON object", json.type_name());
  const auto type = json.find("type");
  if (type == json.end() || !type->is_string())
    throw UsageError(where, "/type", checks::one_of(known_types(), ""), type == json.end() ? "nothing" : type->dump());
  const auto name = type->get<std::string>();
  if (!schemas().contains(name))
    throw UsageError(where, "/type", checks::one_of(known_types(), name), checks::in_quotes(name));
  return name;
}

/// "<root>", "[steps]", "[0]" -> "/steps/0"
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const std::string& part : context)
    if (part.size() > 2 && part.front() == '[') pointer += "/" + part.substr(1, part.size() - 2);
  return pointer;
}

/// A result of another version of cnnspec is refused by its number, before all that has changed since.
void require_schema(const Json& json, const Json& schema, const std::string& type, const std::string& where) {
  const Json& known = schema.at("properties").at("schema").at("enum").at(0);
  const auto given = json.find("schema");
  if (given != json.end() && given->is_number_integer() && *given != known)
    throw UsageError(where, "/schema",
                     "schema " + known.dump() + " of \"" + type + "\", all that this version of cnnspec reads",
                     "schema " + given->dump());
}

/// The innermost complaint, which the validator tells first, is the one that says what is wrong.
void validate(const Json& json, const std::string& type, const std::string& where) {
  const Json schema_json = Json::parse(schemas().at(type));
  require_schema(json, schema_json, type, where);
  valijson::Schema schema;
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::ValidationResults results;
  if (valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(json), &results)) return;
  valijson::ValidationResults::Error error;
  results.popError(error);
  throw UsageError(where, pointer_of(error.context), "a \"" + type + "\" result as its schema has it",
                   checks::printable(error.description));
}

}  // namespace

Result parse_result(std::string_view text, const std::string& where) {
  Json json = checks::parse_strict_json(text, where, limits_of_results);
  const std::string type = type_of(json, where);
  validate(json, type, where);
  return {type, std::move(json)};
}

}  // namespace cnnspec::reports

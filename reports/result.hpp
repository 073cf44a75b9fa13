// A result of cnnspec, as JSON that has been held against its published schema (reports/schema/).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cnnspec::reports {

using Json = nlohmann::json;

struct Result {
  std::string type;  // "judge", "gradcheck", ...: the name of its schema
  Json json;
};

/// `where`: what the text is, e.g. its file, for errors. Throws UsageError on what is no JSON, of no known type, or not
/// as its schema demands: says which element, and what was expected.
Result parse_result(std::string_view text, const std::string& where);

}  // namespace cnnspec::reports

// Strict JSON: short, flat, and without repeated keys. Errors give the place, the expected and the given text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace cnnspec::checks {

struct JsonLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t levels = 8;  // nesting depth of arrays and objects
};

/// `where` names the text in error messages, e.g. its file. Throws UsageError: for a syntax error with line and column,
/// for a repeated key, and for text that is longer or deeper than the limits.
nlohmann::json parse_strict_json(std::string_view text, const std::string& where, const JsonLimits& limits = {});

}  // namespace cnnspec::checks

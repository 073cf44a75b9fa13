// JSON as a careful reader wants it: short, flat, and every key once. Errors say where, expected and given.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace cnnspec::checks {

struct JsonLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t levels = 8;  // of arrays and objects in each other
};

/// `where` says in error messages what the text is, e.g. its file. Throws UsageError: a syntax error with its line and
/// column, a key that comes twice, text that is longer or deeper than the limits.
nlohmann::json parse_strict_json(std::string_view text, const std::string& where, const JsonLimits& limits = {});

}  // namespace cnnspec::checks

#include "checks/vocabulary/strict_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using nlohmann::json;

/// The line and column of the last byte read; `byte` counts from 1.
std::string line_and_column(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return fmt::format("line {}, column {}", lines + 1, before.size() - line_start + 1);
}

/// The library's messages look like "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error
/// while parsing value - unexpected ']'; expected string literal". From a message of another form, the understood part
/// is shown.
[[noreturn]] void refuse(const std::string& where, const std::string& position, std::string message) {
  for (const std::string_view end_of_prefix : {"] ", ": ", " - "})
    if (const std::size_t at = message.find(end_of_prefix); at != std::string::npos)
      message.erase(0, at + end_of_prefix.size());
  std::string expected = "JSON";
  constexpr std::string_view separator = "; expected ";
  if (const std::size_t at = message.find(separator); at != std::string::npos) {
    expected = message.substr(at + separator.size());
    message.erase(at);
  }
  constexpr std::size_t most = 120;  // the library quotes a token in full, however long
  if (message.size() > most) message = message.substr(0, most) + "...";
  throw UsageError(where, position, expected, printable(message));
}

/// Follows the parser, and refuses input that the library accepts. (The library's callback is not used: for each object
/// in an array, it visits all elements before it.)
class Watch : public json::json_sax_t {
 public:
  Watch(std::string_view text, const std::string& where, std::size_t most_levels)
      : text_(text), where_(where), most_levels_(most_levels) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open({.is_array = false}); }
  bool start_array(std::size_t) override { return open({.is_array = true}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& key) override {
    open_.back().key = key;
    if (!open_.back().keys.insert(key).second)
      throw UsageError(where_, pointer(), "each key once", in_quotes(key) + " again");
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const json::exception& e) override {
    refuse(where_, line_and_column(text_, byte), e.what());
  }

 private:
  struct Container {
    bool is_array;
    std::size_t elements = 0;      // seen so far
    std::string key{};             // the last key
    std::set<std::string> keys{};  // seen so far
  };

  bool value() {
    if (!open_.empty() && open_.back().is_array) ++open_.back().elements;
    return true;
  }
  bool open(Container container) {
    value();
    if (open_.size() == most_levels_)
      throw UsageError(where_, pointer(), fmt::format("at most {} levels of nesting", most_levels_), "more");
    open_.push_back(std::move(container));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  std::string pointer() const {
    json::json_pointer result;
    for (const Container& c : open_) result.push_back(c.is_array ? std::to_string(c.elements - 1) : shortened(c.key));
    return result.to_string();
  }

  std::string_view text_;
  const std::string& where_;
  const std::size_t most_levels_;
  std::vector<Container> open_;
};

}  // namespace

json parse_strict_json(std::string_view text, const std::string& where, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw UsageError(where, "", fmt::format("at most {} bytes of JSON", limits.bytes), "more");
  Watch watch(text, where, limits.levels);
  json::sax_parse(text, &watch);
  return json::parse(text);
}

}  // namespace cnnspec::checks

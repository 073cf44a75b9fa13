#include "checks/vocabulary/key_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::string at(Idx position) { return fmt::format("character {}", position); }

/// The text without surrounding spaces; `position` moves accordingly.
std::string_view trimmed(std::string_view text, Idx& position) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  position += static_cast<Idx>(first);
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Idx integer(std::string_view text, const std::string& where, Idx position) {
  Idx value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size();
  if (whole && error == std::errc{} && value != dyn) return value;  // dyn is not an extent
  constexpr Idx most = std::numeric_limits<Idx>::max();
  const bool is_integer = whole && error != std::errc::invalid_argument;
  throw UsageError(where, at(position),
                   is_integer ? fmt::format("an integer from {} to {}", -most, most) : "an integer", in_quotes(text));
}

}  // namespace

KeyValues::KeyValues(std::string_view text, const std::string& where) : where_(where) {
  if (text.find_first_not_of(' ') == std::string_view::npos) return;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    add(text.substr(begin, end - begin), static_cast<Idx>(begin) + 1);
    begin = end + 1;
  }
}

void KeyValues::add(std::string_view pair, Idx position) {
  pair = trimmed(pair, position);
  const std::size_t equals = pair.find('=');
  Idx name_position = position;
  const std::string_view name = trimmed(pair.substr(0, std::min(equals, pair.size())), name_position);
  if (equals == std::string_view::npos || name.empty())
    throw UsageError(where_, at(position), "name=integer", pair.empty() ? "nothing" : in_quotes(pair));
  for (const Pair& earlier : pairs_)
    if (earlier.name == name)
      throw UsageError(where_, at(position), "each name once",
                       fmt::format("{} again (first at {})", in_quotes(name), at(earlier.position)));
  constexpr std::size_t most = 100;  // more names than any reader knows
  if (pairs_.size() == most) throw UsageError(where_, at(position), fmt::format("at most {} names", most), "more");
  Idx value_position = position + static_cast<Idx>(equals) + 1;
  const std::string_view value = trimmed(pair.substr(equals + 1), value_position);
  pairs_.push_back({std::string(name), integer(value, where_, value_position), position});
}

Idx KeyValues::take(const std::string& name, Idx otherwise) {
  known_.push_back(name);
  const auto pair = std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& p) { return p.name == name; });
  return pair == pairs_.end() ? otherwise : pair->value;
}

void KeyValues::finish() const {
  for (const Pair& pair : pairs_)
    if (std::find(known_.begin(), known_.end(), pair.name) == known_.end())
      throw UsageError(where_, at(pair.position), one_of(known_, pair.name), in_quotes(pair.name));
}

}  // namespace cnnspec::checks

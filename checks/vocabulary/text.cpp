#include "checks/vocabulary/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cnnspec::checks {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The number of bytes of the first character of `text`; 0 if it is not valid UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t n) { return n < text.size() ? static_cast<unsigned char>(text[n]) : 0u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  for (std::size_t n = 1; n < length; ++n)
    if ((byte(n) & 0xC0) != 0x80) return 0;
  const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second >= 0xA0, too_large = first == 0xF4 && second >= 0x90;
  return too_long || surrogate || too_large ? 0 : length;
}

/// A control character of ASCII, or U+0080 ... U+009F (C2 80 ... C2 9F in UTF-8), which terminals obey as well.
bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(character[n]); };
  return character.size() == 1 ? byte(0) < 0x20 || byte(0) == 0x7F
                               : character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

/// Levenshtein's distance: insertions, deletions and replacements of one character.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_bytes(text);
    const std::string_view character = text.substr(0, std::max(length, std::size_t{1}));
    text.remove_prefix(character.size());
    if (length == 0 || is_control(character))
      result += '?';
    else
      result += character;
  }
  return result;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string in_quotes(std::string_view text) { return '"' + printable(shortened(text)) + '"'; }

Idx columns(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); });
}

std::string thousands(Idx n) {
  std::string digits = std::to_string(n);
  const std::size_t first = n < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string joined(const std::vector<Idx>& numbers, std::string_view separator) {
  return fmt::format("{}", fmt::join(numbers, separator));
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

std::string one_of(const std::vector<std::string>& known, std::string_view given) {
  if (known.empty()) return "nothing";
  std::string result = (known.size() == 1 ? "" : "one of ") + joined(known, ", ");
  if (given.empty() || given.size() > 60) return result;
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return distance(a, given) < distance(b, given);
  });
  const std::size_t slips = distance(*nearest, given);
  if (slips > 0 && slips <= 1 + nearest->size() / 4) result += fmt::format(" (did you mean \"{}\"?)", *nearest);
  return result;
}

}  // namespace cnnspec::checks

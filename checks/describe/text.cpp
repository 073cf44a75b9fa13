#include "checks/describe/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cnnspec::checks {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool is_ascii_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// U+0080 ... U+009F, which terminals obey as well, begins at text[n]: C2 80 ... C2 9F in UTF-8.
bool is_c1_control(std::string_view text, std::size_t n) {
  return text[n] == '\xC2' && n + 1 < text.size() && (static_cast<unsigned char>(text[n + 1]) & 0xE0) == 0x80;
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
  for (std::size_t n = 0; n < text.size(); ++n) {
    const bool c1 = is_c1_control(text, n);
    result += c1 || is_ascii_control(text[n]) ? '?' : text[n];
    if (c1) ++n;
  }
  return result;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return '"' + printable(text) + '"';
  std::size_t end = most;
  while (end > 0 && is_continuation(text[end])) --end;
  return '"' + printable(text.substr(0, end)) + "...\"";
}

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

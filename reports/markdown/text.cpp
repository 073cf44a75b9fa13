#include "reports/markdown/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/vocabulary/percent.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::reports {
namespace {

/// The longest run of backticks in `text`.
std::size_t longest_fence(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

/// A '?' for what breaks a line, and for what makes a reader see the text in another order than it has.
std::string visible(std::string_view text) {
  constexpr std::array<std::string_view, 14> hidden{"\u061c", "\u200e", "\u200f", "\u2028", "\u2029",
                                                    "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                                                    "\u2066", "\u2067", "\u2068", "\u2069"};
  std::string result = checks::printable(text);
  for (const std::string_view character : hidden)
    for (std::size_t at = 0; (at = result.find(character, at)) != std::string::npos;)
      result.replace(at, character.size(), "?");
  return result;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many characters at the beginning make a list or a heading of a line: 1 of "- item" and "=", 2 of "1. item".
std::size_t marker(std::string_view line) {
  if (line.empty()) return 0;
  if (line.front() == '-' || line.front() == '+' || line.front() == '=') return 1;
  std::size_t digits = 0;
  while (digits < line.size() && is_digit(line[digits])) ++digits;
  return digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')') ? digits + 1 : 0;
}

/// A pipe would end the cell, in code as well. Behind a backslash it cannot be escaped.
std::string in_cell(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c != '|')
      result += c;
    else
      result += result.ends_with('\\') ? "?" : "\\|";
  return result;
}

}  // namespace

std::string code(std::string_view text) {
  const std::string inside = visible(text);
  if (inside.empty()) return "";
  const std::string fence(longest_fence(inside) + 1, '`');
  const bool needs_space = inside.front() == '`' || inside.back() == '`';
  return fence + (needs_space ? " " : "") + inside + (needs_space ? " " : "") + fence;
}

std::string block(std::string_view text) {
  std::string inside;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    inside += visible(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  const std::string fence(std::max<std::size_t>(longest_fence(inside) + 1, 3), '`');
  return fence + "\n" + inside + fence + "\n";
}

std::string words(std::string_view text) {
  const std::string line = visible(text);
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t escaped = begin + marker(std::string_view(line).substr(begin)) - 1;
  std::string result;
  for (std::size_t n = begin; n < line.size(); ++n) {
    const char c = line[n];
    const bool is_link = line.compare(n, 2, ":/") == 0 || (c == '.' && result.ends_with("www"));
    if (n == escaped || is_link || std::string_view("\\`*_{}[]<>&#!@~$").find(c) != std::string_view::npos)
      result += '\\';
    result += c;
    if (c == '@') result += "\u2060";  // a word joiner, which is not seen: "@" and a name would call somebody
  }
  return result;
}

std::string number(const Json& value, int digits) {
  if (value.is_null()) return "-";
  if (value.is_string()) return words(value.get<std::string>());
  if (value.is_number_integer()) return checks::thousands(value.get<Idx>());
  return fmt::format("{:.{}g}", value.get<double>(), digits);
}

std::string percent(const Json& share) { return share.is_null() ? "-" : checks::percent(share.get<double>()); }

Table::Table(const std::vector<std::string>& head, std::size_t texts) {
  add(head);
  std::vector<std::string> rule(head.size(), "--:");
  std::fill_n(rule.begin(), std::min(texts, rule.size()), "---");
  add(rule);
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = in_cell(cell);
  text_ += "| " + checks::joined(cells, " | ") + " |\n";
}

}  // namespace cnnspec::reports

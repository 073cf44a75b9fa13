#include "reports/markdown/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/describe/text.hpp"

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

}  // namespace

std::string code(std::string_view text) {
  std::string inside;
  for (const char c : checks::printable(text)) inside += c == '|' ? std::string("\\|") : std::string(1, c);
  if (inside.empty()) return "";
  const std::string fence(longest_fence(inside) + 1, '`');
  const bool needs_space = inside.front() == '`' || inside.back() == '`';
  return fence + (needs_space ? " " : "") + inside + (needs_space ? " " : "") + fence;
}

std::string block(std::string_view text) {
  std::string inside;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    inside += checks::printable(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  const std::string fence(std::max<std::size_t>(longest_fence(inside) + 1, 3), '`');
  return fence + "\n" + inside + fence + "\n";
}

std::string words(std::string_view text) {
  std::string result;
  for (const char c : checks::printable(text)) {
    if (std::string_view("\\`*_{}[]<>&|#!@~$").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string number(const Json& value, int digits) {
  if (value.is_null()) return "";
  if (value.is_string()) return words(value.get<std::string>());
  if (value.is_number_integer()) return checks::thousands(value.get<Idx>());
  return fmt::format("{:.{}g}", value.get<double>(), digits);
}

std::string percent(const Json& share) { return fmt::format("{:.1f}%", 100 * share.get<double>()); }

Table::Table(const std::vector<std::string>& head, std::size_t texts) {
  add(head);
  std::vector<std::string> rule(head.size(), "--:");
  std::fill_n(rule.begin(), std::min(texts, rule.size()), "---");
  add(rule);
}

void Table::add(const std::vector<std::string>& cells) { text_ += "| " + checks::joined(cells, " | ") + " |\n"; }

}  // namespace cnnspec::reports

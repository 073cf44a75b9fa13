// Pieces of Markdown. Whatever a text holds, it stays where it is put, and is no markup, no link and no mention.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"
#include "reports/result.hpp"

namespace cnnspec::reports {

/// A code span; nothing, of an empty text.
std::string code(std::string_view text);

/// A code block.
std::string block(std::string_view text);

/// Plain words: what would be markup is escaped.
std::string words(std::string_view text);

/// A number as JSON has it: "1,234" if it is an integer, else `digits` significant ones; "nan" and "inf" as they are, "-"
/// for null.
std::string number(const Json& value, int digits = 3);
/// A share of 1, rounded down; "-" for null.
std::string percent(const Json& share);

/// A table. Columns are numbers, aligned right, but for the first `texts` ones.
class Table {
 public:
  Table(const std::vector<std::string>& head, std::size_t texts);
  void add(std::vector<std::string> cells);
  std::string text() const { return text_ + "\n"; }

 private:
  std::string text_;
};

}  // namespace cnnspec::reports

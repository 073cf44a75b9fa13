// Small pieces of text for messages and tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The beginning of `text`: what is longer than 60 bytes is cut, and ends with "...".
std::string shortened(std::string_view text);

/// `text` in double quotes, shortened and printable.
std::string in_quotes(std::string_view text);

/// `text` with a '?' for each control character, so that a name cannot break a line or steer a terminal, and for each
/// byte that is no UTF-8. What it returns it leaves as it is.
std::string printable(std::string_view text);

/// How many columns UTF-8 text takes on a terminal, counting each code point as one.
Idx columns(std::string_view text);

/// 1234567 -> "1,234,567"
std::string thousands(Idx n);

/// {3, 16, 16} -> "3<separator>16<separator>16"
std::string joined(const std::vector<Idx>& numbers, std::string_view separator);
std::string joined(const std::vector<std::string>& words, std::string_view separator);

/// `one of a, b, c`, and `(did you mean "b"?)` if `given` looks like a slip for b; `nothing`
/// where nothing is known.
std::string one_of(const std::vector<std::string>& known, std::string_view given);

}  // namespace cnnspec::checks

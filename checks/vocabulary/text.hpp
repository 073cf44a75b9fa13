// Small pieces of text for messages and tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// `text`, cut after 60 bytes; a cut text ends with "...".
std::string shortened(std::string_view text);

/// `text` in double quotes, shortened and printable.
std::string in_quotes(std::string_view text);

/// `text` with a '?' for each control character and for each byte that is not valid UTF-8, so that a name cannot break
/// a line or control a terminal. Applying it twice changes nothing more.
std::string printable(std::string_view text);

/// The number of terminal columns of UTF-8 text, with one column for each code point.
Idx columns(std::string_view text);

/// 1234567 -> "1,234,567"
std::string thousands(Idx n);

/// {3, 16, 16} -> "3<separator>16<separator>16"
std::string joined(const std::vector<Idx>& numbers, std::string_view separator);
std::string joined(const std::vector<std::string>& words, std::string_view separator);

/// `one of a, b, c`, and `(did you mean "b"?)` if `given` looks like a misspelled b; `nothing` if `known` is empty.
std::string one_of(const std::vector<std::string>& known, std::string_view given);

}  // namespace cnnspec::checks

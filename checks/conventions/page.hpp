// The conventions in words.
#pragma once

#include <string>

namespace cnnspec::checks {

/// A line for each convention: its name, and what it applies to.
std::string list_of_conventions();

/// docs/conventions.md, in Markdown.
std::string page_of_conventions();

}  // namespace cnnspec::checks

// Cases as text: "OPERATION TYPE DESCRIPTOR", then "seed N" and "data TEXT" if wanted. With these, a command line can
// list cases of several operations, each with its own data.
#pragma once

#include <string>

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// Whether the text is meant as a whole case and not as a descriptor: it begins with an operation, and goes on.
bool is_case_text(const std::string& text);

/// Throws UsageError at the first mistake. Without a seed or data, those of `usual` count.
Case parse_case(const std::string& text, const Case& usual);

/// Reading the text returns the same case.
std::string to_text(const Case& c);

}  // namespace cnnspec::checks

#include "checks/census/difference.hpp"

#include <fmt/format.h>

#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {

std::string text_of(const Difference& d) {
  const std::string element = d.index.empty() ? d.what : fmt::format("{}[{}]", d.what, joined(d.index, ","));
  return fmt::format("{}: expected {}, got {}{}", element, d.expected, d.actual,
                     d.input.empty() ? "" : " on " + d.input);
}

std::optional<Difference> difference_of_extents(const std::string& tensor, const std::vector<Idx>& actual,
                                                const std::vector<Idx>& expected) {
  if (actual == expected) return {};
  return Difference{"the extents of " + tensor, {}, joined(actual, ", "), joined(expected, ", "), ""};
}

}  // namespace cnnspec::checks

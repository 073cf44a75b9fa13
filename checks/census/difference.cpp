#include "checks/census/difference.hpp"

#include <fmt/format.h>

#include "checks/describe/text.hpp"

namespace cnnspec::checks {

std::string text_of(const Difference& d) {
  const std::string element = d.index.empty() ? d.what : fmt::format("{}[{}]", d.what, joined(d.index, ","));
  return fmt::format("{}: expected {}, got {}{}", element, d.expected, d.actual,
                     d.input.empty() ? "" : " on " + d.input);
}

std::vector<Idx> index_of(Idx n, const std::vector<Idx>& extents) {
  std::vector<Idx> index(extents.size());
  for (std::size_t axis = extents.size(); axis-- > 0; n /= extents[axis]) index[axis] = n % extents[axis];
  return index;
}

}  // namespace cnnspec::checks

// Results as one self-contained page (reports/page/).
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace cnnspec::reports {

/// Whether this build has the charting library.
bool can_write_html();

/// A whole HTML file that loads nothing. All numbers in it are those of the results, which it contains.
std::string html_of(const std::vector<Result>& results);

}  // namespace cnnspec::reports

// Results as Markdown, for pull requests and for the published results.
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace cnnspec::reports {

/// A section for each result, in GitHub's Markdown. What comes from outside (names, paths, descriptors) stands in code
/// spans and blocks, and cannot leave them.
std::string markdown_of(const std::vector<Result>& results);

std::string markdown_of_bench(const Json& result);
std::string markdown_of_census(const Json& result);
std::string markdown_of_gradcheck(const Json& result);
std::string markdown_of_judge(const Json& result);
std::string markdown_of_judge_network(const Json& result);
std::string markdown_of_mutants(const Json& result);

}  // namespace cnnspec::reports

#include "reports/markdown/markdown.hpp"

#include <cassert>
#include <map>

namespace cnnspec::reports {

std::string markdown_of(const std::vector<Result>& results) {
  static const std::map<std::string, std::string (*)(const Json&)> writers{
      {"bench", markdown_of_bench}, {"census", markdown_of_census},   {"gradcheck", markdown_of_gradcheck},
      {"judge", markdown_of_judge}, {"mutants", markdown_of_mutants}, {"judge-network", markdown_of_judge_network}};
  std::string text;
  for (const Result& r : results) {
    assert(writers.contains(r.type));
    text += (text.empty() ? "" : "\n") + writers.at(r.type)(r.json);
  }
  return text;
}

}  // namespace cnnspec::reports

#include "checks/judge/deviations.hpp"

#include <algorithm>
#include <tuple>

namespace cnnspec::checks {

void Deviations::add(const CaseResult& result) {
  if (!result.failure) return;
  ++failed_;
  for (const ConventionSet set : result.explained_by) ++explained_[set];
  std::vector<Failure>& first = first_[result.explained_by];
  if (std::ssize(first) < most_kept_) first.push_back(*result.failure);
}

std::vector<Failure> Deviations::kept() const {
  const ConventionSet set = nearest().set;
  std::vector<Failure> kept;
  for (const bool is_near : {false, true})
    for (const auto& [explained_by, failures] : first_)  // failures that no set explains come first
      if ((std::ranges::find(explained_by, set) != explained_by.end()) == is_near)
        kept.insert(kept.end(), failures.begin(), failures.end());
  if (std::ssize(kept) > most_kept_) kept.resize(static_cast<std::size_t>(most_kept_));
  return kept;
}

std::vector<ConventionSet> Deviations::explanations(ConventionSet accepted) const {
  std::vector<ConventionSet> sets;
  for (const auto& [set, cases] : explained_)
    if (cases == failed_) sets.push_back(set);
  std::ranges::stable_sort(
      sets, {}, [&](ConventionSet set) { return std::tuple(!set.is_within(accepted), set.size(), set); });
  return sets;
}

Deviations::Nearest Deviations::nearest() const {
  Nearest nearest;
  for (const auto& [set, cases] : explained_)
    if (cases > nearest.cases || (cases == nearest.cases && set.size() < nearest.set.size())) nearest = {set, cases};
  return nearest;
}

}  // namespace cnnspec::checks

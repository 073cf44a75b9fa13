#include "checks/judge/deviations.hpp"

#include <algorithm>
#include <tuple>

namespace cnnspec::checks {

void Deviations::add(const CaseResult& result) {
  if (!result.failure) return;
  ++failed_;
  for (const ConventionSet set : result.explained_by) ++explained_[set];
  const bool is_explained = !result.explained_by.empty();
  const auto place = is_explained
                         ? kept_.end()
                         : std::ranges::find_if(kept_, [](const Failure& f) { return !f.fits.empty(); });
  kept_.insert(place, *result.failure);
  if (std::ssize(kept_) > most_kept_) kept_.pop_back();
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

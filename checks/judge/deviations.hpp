// Deviations: which conventions explain what a kernel's operation does otherwise than the definition, over all of its
// cases.
#pragma once

#include <map>
#include <vector>

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// Of one operation and storage type.
class Deviations {
 public:
  /// At most so many failures are kept: those that no convention explains before the others, each in the order in which
  /// they were added.
  explicit Deviations(Idx most_kept) : most_kept_(most_kept) {}

  void add(const CaseResult& result);

  /// The sets of conventions that explain all failed cases: those within `accepted` first, then the smallest.
  std::vector<ConventionSet> explanations(ConventionSet accepted) const;

  /// The set that explains most failed cases, and the smallest of those that explain as many; the empty one if none
  /// explains any.
  struct Nearest {
    ConventionSet set;
    Idx cases = 0;
  };
  Nearest nearest() const;

  const std::vector<Failure>& kept() const { return kept_; }

 private:
  Idx most_kept_ = 0, failed_ = 0;
  std::map<ConventionSet, Idx> explained_;  // how many failed cases each explains
  std::vector<Failure> kept_;
};

}  // namespace cnnspec::checks

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
  /// At most so many failures are kept.
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

  /// The first failures: of those that no convention explains, then of those that the nearest set does not explain,
  /// then of the others.
  std::vector<Failure> kept() const;

 private:
  Idx most_kept_ = 0, failed_ = 0;
  std::map<ConventionSet, Idx> explained_;                            // how many failed cases each explains
  std::map<std::vector<ConventionSet>, std::vector<Failure>> first_;  // failures, by what explains them
};

}  // namespace cnnspec::checks

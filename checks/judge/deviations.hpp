// Deviations: the conventions that explain how a kernel's operation differs from the definition, over all of its cases.
#pragma once

#include <map>
#include <vector>

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// The deviations of one operation and storage type.
class Deviations {
 public:
  /// Keeps at most `most_kept` failures.
  explicit Deviations(Idx most_kept) : most_kept_(most_kept) {}

  void add(const CaseResult& result);

  /// The sets of conventions that explain all failed cases: those within `accepted` first, then the smallest.
  std::vector<ConventionSet> explanations(ConventionSet accepted) const;

  /// The set that explains most failed cases; of equally good sets, the smallest. The empty set if none explains any.
  struct Nearest {
    ConventionSet set;
    Idx cases = 0;
  };
  Nearest nearest() const;

  /// The first failures, in this order: those that no convention explains, those that the nearest set does not explain,
  /// the others.
  std::vector<Failure> kept() const;

 private:
  Idx most_kept_ = 0, failed_ = 0;
  std::map<ConventionSet, Idx> explained_;                            // number of failed cases that each set explains
  std::map<std::vector<ConventionSet>, std::vector<Failure>> first_;  // failures, by what explains them
};

}  // namespace cnnspec::checks

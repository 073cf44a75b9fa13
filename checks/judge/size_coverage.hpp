// Size coverage of an operation: for each axis (sized_axes.hpp), how many computed cases had each of the values around
// which fast code branches, and how many had values between them.
#pragma once

#include <string>
#include <vector>

#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// The levels: below the first boundary; each boundary; between two boundaries; beyond the last.
const std::vector<std::string>& size_levels();

class SizeCoverage {
 public:
  explicit SizeCoverage(Op op);
  void add(const Problem& problem);

  const std::vector<SizedAxis>& axes() const { return *axes_; }
  /// The number of cases, for each axis and level.
  const std::vector<std::vector<Idx>>& counts() const { return counts_; }

  /// The values of one axis that no case had.
  struct Missed {
    const SizedAxis* axis;
    std::vector<Idx> values;
  };
  std::vector<Missed> missed() const;

 private:
  const std::vector<SizedAxis>* axes_;
  std::vector<std::vector<Idx>> counts_;
};

}  // namespace cnnspec::checks

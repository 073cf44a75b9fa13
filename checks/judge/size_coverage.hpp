// Which sizes the cases of an operation had: on each axis (sized_axes.hpp), how many cases the kernel computed at each of the
// values around which fast code branches, and between them.
#pragma once

#include <string>
#include <vector>

#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// Below the first boundary; each boundary; between two of them; beyond the last.
const std::vector<std::string>& size_levels();

class SizeCoverage {
 public:
  explicit SizeCoverage(Op op);
  void add(const Problem& problem);

  const std::vector<SizedAxis>& axes() const { return *axes_; }
  /// Cases, for each axis and level.
  const std::vector<std::vector<Idx>>& counts() const { return counts_; }

  /// Values that no case had on one axis.
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

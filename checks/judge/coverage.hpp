// Which part of the space of configurations the cases of a run have covered: each problem falls into one level of each
// axis (its kernel, its stride, ...), and the cases of each combination of levels are counted: those that the kernel
// computed, and those that it declined.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

struct CoverageAxis {
  std::string name;
  std::vector<std::string> levels;
};

/// What problems of this family are told apart by.
const std::vector<CoverageAxis>& coverage_axes(LayerId family);

/// Two levels that no valid problem has at once.
struct ImpossiblePair {
  std::size_t axis, level, other_axis, other_level;
};
const std::vector<ImpossiblePair>& impossible_pairs(LayerId family);

/// The level of each axis.
using Levels = std::vector<std::size_t>;
Levels levels_of(const Problem& problem);

struct CoveredCases {
  Idx computed = 0, unsupported = 0;
};

/// Cases by family and levels.
struct Coverage {
  std::map<LayerId, std::map<Levels, CoveredCases>> cells;

  void add(const Problem& problem, bool supported) {
    CoveredCases& cell = cells[layer_id(problem)][levels_of(problem)];
    ++(supported ? cell.computed : cell.unsupported);
  }
};

}  // namespace cnnspec::checks

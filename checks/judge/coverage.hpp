// Which part of the space of configurations the cases of a run have covered: each problem falls into one level of each
// axis (its kernel, its stride, ...), and the cases of each combination of levels are counted: those that the kernel
// computed, and those that it declined.
#pragma once

#include <map>

#include "checks/generate/coverage_axis.hpp"

namespace cnnspec::checks {

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

// Plainness: how problems of a layer are made plainer, varied and told apart, if its fields and its window do not
// define this. Most layers need none of it.
#pragma once

#include <span>
#include <vector>

#include "checks/generate/coverage_axis.hpp"
#include "checks/generate/moves.hpp"
#include "checks/generate/size_axis.hpp"

namespace cnnspec::checks {

struct Plainness {
  /// Null: first all numbers but one, then pairs of numbers, then each number alone, then the window.
  std::vector<Move> (*moves)(const Problem&) = nullptr;
  /// Changes the usual axes; null: no change.
  void (*change_sizes)(std::vector<SizeAxis>& usual) = nullptr;
  std::span<const ProductAxis> products{};  // in addition to the usual ones
  /// Changes the usual axes that follow those of the window; null: no change.
  void (*change_coverage)(std::vector<CoverageAxis>& usual) = nullptr;
};

}  // namespace cnnspec::checks

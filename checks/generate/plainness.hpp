// Plainness: how problems of a layer are made plainer, varied and told apart, where that is not what its fields and its
// window say already. Most layers need none of it.
#pragma once

#include <span>
#include <vector>

#include "checks/generate/coverage_axis.hpp"
#include "checks/generate/moves.hpp"
#include "checks/generate/size_axis.hpp"

namespace cnnspec::checks {

struct Plainness {
  /// Null: all numbers but one, then pairs of them, then each alone, then the window.
  std::vector<Move> (*moves)(const Problem&) = nullptr;
  /// Changes the usual axes; null: they are right.
  void (*change_sizes)(std::vector<SizeAxis>& usual) = nullptr;
  std::span<const ProductAxis> products{};  // besides the usual ones
  /// Changes the usual axes behind those of the window; null: they are right.
  void (*change_coverage)(std::vector<CoverageAxis>& usual) = nullptr;
};

}  // namespace cnnspec::checks

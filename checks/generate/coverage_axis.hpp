// Coverage axes: the properties of a layer's problems for which coverage is counted.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

struct CoverageAxis {
  std::string name;
  std::vector<std::string> levels;
  std::function<std::string(const Problem&)> level_of;  // one of `levels`
};

/// The usual axes: those of the window and of the batch; for each number of channels, features or elements, whether it
/// is a multiple of 8; each flag and each choice. The layer's room may change them.
const std::vector<CoverageAxis>& coverage_axes(LayerId layer);

/// Two levels that no valid problem has together.
struct ImpossiblePair {
  std::size_t axis, level, other_axis, other_level;
};
std::vector<ImpossiblePair> impossible_pairs(LayerId layer);

/// The level of each axis.
using Levels = std::vector<std::size_t>;
Levels levels_of(const Problem& problem);

/// For a room: the axis with that name, which must exist.
CoverageAxis& axis_named(std::vector<CoverageAxis>& axes, std::string_view name);

}  // namespace cnnspec::checks

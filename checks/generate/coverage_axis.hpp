// Coverage axes: what problems of a layer are told apart by, where it is counted which of them were judged.
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
  std::function<std::string(const Problem&)> level_of;  // one of them
};

/// The window's and the batch's; whether each number of channels, features or elements is a multiple of 8; each flag
/// and each choice: as the layer's room changes them.
const std::vector<CoverageAxis>& coverage_axes(LayerId layer);

/// Two levels that no valid problem has at once.
struct ImpossiblePair {
  std::size_t axis, level, other_axis, other_level;
};
std::vector<ImpossiblePair> impossible_pairs(LayerId layer);

/// The level of each axis.
using Levels = std::vector<std::size_t>;
Levels levels_of(const Problem& problem);

/// For a room: the axis of that name, which must be there.
CoverageAxis& axis_named(std::vector<CoverageAxis>& axes, std::string_view name);

}  // namespace cnnspec::checks

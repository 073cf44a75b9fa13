// CensusSpaces: what a layer provides for a census. A layer without it has no census.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/census/census.hpp"

namespace cnnspec::checks {

/// How a configuration is proved.
enum class CensusMethod {
  polynomials,  // bilinear.hpp
  orders,       // ordered.hpp: all weak orders of the compared cells
};

/// An additional limit on a single configuration of this layer.
struct CensusLimit {
  const char* what;
  Idx count, most;
};

struct CensusSpaces {
  CensusMethod method;
  /// Calls `add` for each problem of one image within the bounds, with all numbers set except those of its window.
  void (*each)(const CensusBounds&, const std::function<void(const Problem&)>& add);
  /// The check of one axis.
  AxisCheck check_axis = check_axis_of_convolution;
  /// Whether a window with these extents is within the bounds; null: always.
  bool (*has_window)(const CensusBounds&, const Problem&) = nullptr;
  /// A text about the configurations within the bounds: "in and out features 1..16".
  std::string (*text)(const CensusBounds&);
  /// Proves a valid problem of one image. Exceptions of a wrong layer pass through.
  std::optional<Difference> (*prove)(const LayerFunctions&, const CensusPlan&, const Problem&, CensusTally&);
  std::vector<CensusLimit> (*limits)(const Problem&) = nullptr;
};

}  // namespace cnnspec::checks

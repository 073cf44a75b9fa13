// CensusSpaces: what a census needs of a layer. A layer without it has none.
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
  orders,       // ordered.hpp: of cells that are compared, all weak orders
};

/// What one configuration alone may have at most, beside what all layers may.
struct CensusLimit {
  const char* what;
  Idx count, most;
};

struct CensusSpaces {
  CensusMethod method;
  /// Calls `add` for each problem of one image within the bounds: all of its numbers, but for those of its window.
  void (*each)(const CensusBounds&, const std::function<void(const Problem&)>& add);
  /// Whether one of these numbers is valid on an axis.
  AxisCheck check_axis = check_axis_of_convolution;
  /// Whether a window with these extents is within the bounds, where not all are.
  bool (*has_window)(const CensusBounds&, const Problem&) = nullptr;
  /// "in and out features 1..16": what there is within the bounds.
  std::string (*text)(const CensusBounds&);
  /// A valid problem of one image. Throws what a layer that is wrong throws.
  std::optional<Difference> (*prove)(const LayerFunctions&, const CensusPlan&, const Problem&, CensusTally&);
  std::vector<CensusLimit> (*limits)(const Problem&) = nullptr;
};

}  // namespace cnnspec::checks

// The configurations of a census: every valid one within bounds, numbered.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// The largest value of each number.
struct CensusBounds {
  Idx extent = 5, kernel = 3, stride = 3, padding = 2, dilation = 2;  // of each axis; padding of each side
  Idx groups = 2;
  Idx channels = 2;   // in and out, of each group
  Idx taps = 6;       // of one window in all channels, if all orders of its cells are run
  Idx features = 16;  // in and out
  friend bool operator==(const CensusBounds&, const CensusBounds&) = default;
};

struct CensusBound {
  const char* name;
  Idx CensusBounds::*value;
  Idx least, most;
};
inline constexpr std::array<CensusBound, 9> census_bounds{
    {{"extent", &CensusBounds::extent, 1, 12},
     {"kernel", &CensusBounds::kernel, 1, 8},
     {"stride", &CensusBounds::stride, 1, 8},
     {"padding", &CensusBounds::padding, 0, 8},
     {"dilation", &CensusBounds::dilation, 1, 8},
     {"groups", &CensusBounds::groups, 1, 4},
     {"channels", &CensusBounds::channels, 1, 4},
     {"taps", &CensusBounds::taps, 1, 9},  // 14 million weak orders
     {"features", &CensusBounds::features, 1, 128}}};

/// Parses "extent=6,padding=3"; missing values are as in `CensusBounds{}`. Throws UsageError.
CensusBounds parse_census_bounds(const std::string& text, const std::string& where);

/// "extent 1..5, kernel 1..3, ...": the configurations of this family.
std::string text_of(const CensusBounds& bounds, LayerId family);
/// The part of the text that is the same for all windows.
std::string text_of_axes(const CensusBounds& bounds);

/// check_axis or check_pool_axis: the clause that an axis violates.
using AxisCheck = Violation (*)(Idx in, Idx kernel, const Axis& axis);
Violation check_axis_of_convolution(Idx in, Idx kernel, const Axis& axis);
Violation check_axis_of_pooling(Idx in, Idx kernel, const Axis& axis);

/// All valid configurations of one image that are asked for, layer after layer in the order of the registry. Two
/// configurations differ in at least one number.
class CensusSpace {
 public:
  CensusSpace(const CensusBounds& bounds, const std::vector<LayerId>& families);
  CensusSpace(const CensusSpace&) = delete;  // blocks point into it
  CensusSpace& operator=(const CensusSpace&) = delete;

  Idx size() const { return size_; }
  Idx size(LayerId family) const;
  /// Configuration n, 0 <= n < size().
  Problem at(Idx n) const;

 private:
  /// Configurations that differ only in their axes: every pair of a line for the height and one for the width.
  struct Block {
    Problem problem;
    const std::vector<Line>*heights, *widths;
    Idx first;  // the number of its first configuration
  };
  using LinesByKernel = std::vector<std::vector<Line>>;  // [kernel - 1]

  const LinesByKernel& lines_of(const CensusBounds& bounds, AxisCheck check);
  void add(const Problem& problem, const std::vector<Line>& heights, const std::vector<Line>& widths);
  void add_layer(const Layer& layer, const CensusBounds& bounds);
  void add_windows(Problem problem, const CensusBounds& bounds);

  std::map<AxisCheck, LinesByKernel> lines_;
  std::vector<Line> no_lines_{Line{}};  // for layers without axes
  std::vector<Block> blocks_;
  Idx size_ = 0;
};

}  // namespace cnnspec::checks

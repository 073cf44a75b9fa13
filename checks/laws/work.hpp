// Work: the multiply-adds that the laws and twins need for a problem. They may need far more than the layer itself:
// they fill strides, dilations and padding with zeros and then compute with them. A problem that needs too much work
// for a fuzzer's case is not computed.
#pragma once

#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// An upper bound for one law or twin of the layer, on one image of a valid problem.
double work_of(const Problem& problem);

/// One axis, with room for a second window, because some laws need one.
struct FilledAxis {
  double cells;   // with padding
  double reach;   // of a window, including the gaps of dilation
  double places;  // of a window, if it moved by one cell at a time
};
FilledAxis filled(const Line& line);

}  // namespace cnnspec::checks

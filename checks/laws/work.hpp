// Work: how many multiply-adds the laws and the twins make of a problem. That may be far more than the layer itself:
// they fill strides, dilations and padding with zeros and then compute as if these were numbers. What is more work than
// a fuzzer's turn may take is not computed.
#pragma once

#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// An upper bound for one law or twin of the layer, on one image; of a valid problem.
double work_of(const Problem& problem);

/// One axis, with room for a second window, which some laws ask for.
struct FilledAxis {
  double cells;   // with padding
  double reach;   // of a window, with what dilation leaves out
  double places;  // of a window, if it moved by one cell at a time
};
FilledAxis filled(const Line& line);

}  // namespace cnnspec::checks

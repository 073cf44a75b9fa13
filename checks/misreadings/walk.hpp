// Windows that move over images, visited in other ways than the specification does.
#pragma once

#include <limits>

#include "checks/misreadings/parts.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// Whether a kernel takes a cell as part of the image. Cells beyond the ends of a row belong to the neighbouring rows.
/// Cells beyond the first and last row belong to the neighbouring planes, as far as there is memory.
using Inside = std::function<bool(Idx row, Idx column, const Line& height, const Line& width)>;

/// How a kernel visits its windows. The default is the specification's way.
struct Walk {
  /// Other strides, dilations, paddings, or extents whose product stays the same.
  std::function<void(Line& height, Line& width)> misread = [](Line&, Line&) {};
  Inside inside{};  // empty: exactly the cells in the image

  // Only for a pooling, which reads cells and does not multiply them:
  /// Whether the kernel reads tap (p, q) of a window, which is at (row, column) of the image.
  std::function<bool(Idx p, Idx q, Idx row, Idx column, const Line& height, const Line& width)> sees = [](auto&&...) {
    return true;
  };
  bool zeros_outside = false;  // padding counts as cells that hold 0
  /// The row, or column, of a tap in a window that starts at `start`. It may be outside the image.
  std::function<Idx(Idx start, Idx tap, const Line&)> at = [](Idx start, Idx tap, const Line& line) {
    return start + tap * line.axis.dilation;
  };
  bool column_by_column = false;
};

/// The result of a layer whose kernel visits its windows in this way, computed by the layer's Misreadings.
Compute walked(const Walk& walk);
/// Whether the operation supports this.
bool walks(Op op);

inline constexpr Idx no_place = std::numeric_limits<Idx>::min();

/// The cells of a window that a kernel reads.
struct SeenWindow {
  std::vector<Idx> places;  // row*W + column in its plane of x, or beyond it; `no_place`: padding that counts as a cell
  std::vector<Real> cells;  // their values
  Idx before = 0;           // number of elements of x before its plane
  std::size_t output = 0;   // its place in y
};
/// Visits all planes, in the order of y. Inputs[0] of the call is x. The caller has applied `walk.misread`.
void for_each_window_seen(const Call& call, const Walk& walk, const Line& height, const Line& width,
                          const std::function<void(const SeenWindow&)>& visit);

/// Misreadings of a pooling: cells of the window that are left out, and windows that begin elsewhere.
std::vector<Misreading> cells_left_out(bool (*applies)(Op));

}  // namespace cnnspec::checks

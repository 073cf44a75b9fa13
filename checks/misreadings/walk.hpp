// Windows that move over images, gone over otherwise than the specification does.
#pragma once

#include <limits>

#include "checks/misreadings/parts.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// Whether a kernel takes a cell for one of the image. Cells beyond the ends of a row are those of the rows next to it,
/// and beyond the first and last row those of the planes next to it, as far as there is memory.
using Inside = std::function<bool(Idx row, Idx column, const Line& height, const Line& width)>;

/// How a kernel goes over its windows. As it stands: as the specification does.
struct Walk {
  /// Other strides, dilations, paddings, or extents whose product stays the same.
  std::function<void(Line& height, Line& width)> misread = [](Line&, Line&) {};
  Inside inside{};  // empty: what is in the image, and nothing else

  // Of a pooling alone, which looks at cells, and does not multiply them:
  /// Whether the kernel looks at tap (p, q) of a window, where it is at (row, column) of the image.
  std::function<bool(Idx p, Idx q, Idx row, Idx column, const Line& height, const Line& width)> sees = [](auto&&...) {
    return true;
  };
  bool zeros_outside = false;  // padding is a cell that holds 0
  /// The row, or column, of a tap in a window that starts at `start`; in the image only where it is there.
  std::function<Idx(Idx start, Idx tap, const Line&)> at = [](Idx start, Idx tap, const Line& line) {
    return start + tap * line.axis.dilation;
  };
  bool column_by_column = false;
};

/// What the layer returns that goes over its windows so: as its Misreadings have it.
Compute walked(const Walk& walk);
/// Whether they do.
bool walks(Op op);

inline constexpr Idx no_place = std::numeric_limits<Idx>::min();

/// What a kernel looks at in a window.
struct SeenWindow {
  std::vector<Idx> places;  // row*W + column in its plane of x, or beyond it; `no_place`: padding that counts as a cell
  std::vector<Real> cells;  // what they hold
  Idx before = 0;           // so many elements of x are before its plane
  std::size_t output = 0;   // its place in y
};
/// Over all planes, in the order of y. Inputs[0] of the call is x. `walk.misread` has been done.
void for_each_window_seen(const Call& call, const Walk& walk, const Line& height, const Line& width,
                          const std::function<void(const SeenWindow&)>& visit);

/// A part of the table of a pooling: cells of the window that are left out, and windows that begin elsewhere.
std::vector<Misreading> cells_left_out(bool (*applies)(Op));

}  // namespace cnnspec::checks

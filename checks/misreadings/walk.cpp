#include "checks/misreadings/walk.hpp"

#include <algorithm>

#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {
namespace {

std::vector<Idx> places_in_window(const Walk& walk, const Line& height, const Line& width, Idx i, Idx j) {
  std::vector<Idx> places;
  for (Idx n = 0; n < height.kernel * width.kernel; ++n) {
    const Idx r = walk.column_by_column ? n % height.kernel : n / width.kernel;
    const Idx s = walk.column_by_column ? n / height.kernel : n % width.kernel;
    const Idx row = walk.at(i * height.axis.stride - height.axis.before, r, height);
    const Idx column = walk.at(j * width.axis.stride - width.axis.before, s, width);
    const bool in_image = 0 <= row && row < height.in && 0 <= column && column < width.in;
    const bool inside = walk.inside ? walk.inside(row, column, height, width) : in_image;
    if ((inside || walk.zeros_outside) && walk.sees(r, s, row, column, height, width))
      places.push_back(inside ? row * width.in + column : no_place);
  }
  return places;
}

/// The place of a tap if a window that should begin before the image begins at its edge.
Idx moved_to_edge(Idx start, Idx tap, const Line& line) { return std::max(start, Idx{0}) + tap * line.axis.dilation; }

}  // namespace

bool walks(Op op) { return moves_window(op) && misreadings_of(layer_of(op)).walked != nullptr; }

Compute walked(const Walk& walk) {
  return [walk](const Call& call) { return misreadings_of(layer_of(call.operation.op)).walked(call, walk); };
}

void for_each_window_seen(const Call& call, const Walk& walk, const Line& height, const Line& width,
                          const std::function<void(const SeenWindow&)>& visit) {
  const std::vector<Real>& x = call.inputs[0];
  const Idx count = static_cast<Idx>(x.size()), plane = height.in * width.in;
  SeenWindow window;
  for (window.before = 0; window.before < count; window.before += plane)
    for (Idx i = 0; i < height.out; ++i)
      for (Idx j = 0; j < width.out; ++j, ++window.output) {
        window.places = places_in_window(walk, height, width, i, j);
        const auto outside_memory = [&](Idx place) {
          return place != no_place && (window.before + place < 0 || window.before + place >= count);
        };
        std::erase_if(window.places, outside_memory);
        window.cells.clear();
        for (const Idx place : window.places)
          window.cells.push_back(place == no_place ? Real(0) : x[static_cast<std::size_t>(window.before + place)]);
        visit(window);
      }
}

std::vector<Misreading> cells_left_out(bool (*applies)(Op)) {
  return {
      {"last row of the window left out", "The kernel does not look at the last row of a window.", applies,
       walked({.misread = [](Line& height, Line&) { --height.kernel; }})},
      {"last column of the window left out", "The kernel does not look at the last column of a window.", applies,
       walked({.misread = [](Line&, Line& width) { --width.kernel; }})},
      {"last tap left out", "The kernel does not look at the last cell of a window.", applies,
       walked({.sees = [](Idx r, Idx s, Idx, Idx, const Line& height,
                          const Line& width) { return r + s == 0 || r < height.kernel - 1 || s < width.kernel - 1; }})},

      {"windows that begin in the padding moved to the edge",
       "The kernel starts at the edge of the image if a window begins in the padding; it should advance by whole "
       "dilations to the first cell in the image.",
       applies, walked({.at = [](Idx start, Idx tap, const Line& l) { return moved_to_edge(start, tap, l); }})},
      {"windows that begin in the padding begin at the edge and end where they did",
       "The kernel starts at the edge of the image if a window begins in the padding, and stops at the end of the "
       "window's last dilation; it should advance by whole dilations to the first cell in the image.",
       applies,
       walked({.at =
                   [](Idx start, Idx tap, const Line& l) {
                     const Idx cell = moved_to_edge(start, tap, l);
                     return cell < start + l.kernel * l.axis.dilation ? cell : no_place;
                   }})},
      {"windows that begin in the padding begin at the edge and end at their last cell",
       "The kernel starts at the edge of the image if a window begins in the padding, and stops at the window's last "
       "cell; it should advance by whole dilations to the first cell in the image.",
       applies,
       walked({.at =
                   [](Idx start, Idx tap, const Line& l) {
                     const Idx cell = moved_to_edge(start, tap, l);
                     return cell <= start + (l.kernel - 1) * l.axis.dilation ? cell : no_place;
                   }})},
  };
}

}  // namespace cnnspec::checks

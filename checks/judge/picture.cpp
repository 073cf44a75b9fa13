#include "checks/judge/picture.hpp"

#include <algorithm>

namespace cnnspec::checks {

std::vector<std::string> picture_of(const std::vector<bool>& wrong, const std::vector<Idx>& extents) {
  constexpr Idx most_rows = 24, most_columns = 72;
  const Idx columns = extents.back(), rows = extents.size() < 2 ? 1 : extents[extents.size() - 2];
  const Idx tall = (rows + most_rows - 1) / most_rows, wide = (columns + most_columns - 1) / most_columns;

  struct Cell {
    Idx wrong = 0, all = 0;
  };
  const Idx picture_rows = (rows + tall - 1) / tall, picture_columns = (columns + wide - 1) / wide;
  std::vector<Cell> cells(static_cast<std::size_t>(picture_rows * picture_columns));
  for (std::size_t n = 0; n < wrong.size(); ++n) {
    const Idx column = static_cast<Idx>(n) % columns, row = static_cast<Idx>(n) / columns % rows;
    Cell& cell = cells[static_cast<std::size_t>(row / tall * picture_columns + column / wide)];
    cell.wrong += wrong[n];
    ++cell.all;
  }

  std::vector<std::string> lines(static_cast<std::size_t>(picture_rows));
  for (std::size_t n = 0; n < cells.size(); ++n)
    lines[n / static_cast<std::size_t>(picture_columns)] += cells[n].wrong == 0              ? '.'
                                                            : cells[n].wrong == cells[n].all ? '#'
                                                                                             : '+';
  return lines;
}

}  // namespace cnnspec::checks

// Pooling cells: the cells of windows that a kernel must have read, because their loss would have shown.
//
// A set of data shows a cell of a window if that cell is the only greatest one: a kernel that does not read it returns
// something else. So each set shows at most one cell of each window. The data of peaks shows all of them, with one set
// for each cell. In set (a, b), the greatest numbers of x are in the rows i and columns j with
//   floor(i / DH) mod KH = a,  floor(j / DW) mod KW = b,
// and every other number is less. The rows of a window are DH apart: floor(i / DH) takes KH consecutive values, and so
// each residue modulo KH once. So a window contains one such cell, or none if that cell is padding. Each real cell of
// each window wins in exactly one of the KH*KW sets.
//
// There are fewer sets for windows of more than most_cells_in_full cells, and for problems so large that all sets would
// not fit into memory. In these sets, the peaks lie at another cell in each plane. A cell of the window counts as shown
// after it has won in any window.
#pragma once

#include <vector>

#include "checks/data/data_of_layer.hpp"
#include "checks/layers/max_pool2d/problem.hpp"

namespace cnnspec::checks {

inline constexpr Idx most_cells_in_full = 1024;
inline constexpr Idx most_elements_of_peaks = Idx{1} << 23;  // of x, over all sets

/// Whether each cell shows in every window, and not only in some window.
bool shows_every_window(const cnnspec_pool2d& p);

/// x of the data of peaks, set by set.
class Peaks {
 public:
  /// `digits`: of the storage type.
  Peaks(const cnnspec_pool2d& p, std::uint64_t seed, int digits);
  static Idx sets(const cnnspec_pool2d& p);
  /// Small integers that every storage type holds.
  std::vector<double> x(Idx set) const;

 private:
  const cnnspec_pool2d problem_;
  const Idx cells_, begin_;
  double shift_;               // offset of the sets in which all numbers are negative
  std::vector<double> sizes_;  // of the elements
};

/// Counts the cells that were shown, over sets of data.
class ShownCells final : public Shown {
 public:
  explicit ShownCells(const Operation& operation);
  /// In a backward pass, a window whose dy is 0 shows nothing. A window whose greatest number is -infinity shows
  /// nothing either.
  void add(const Operands<double>& inputs) override;
  /// The cells of all windows together; or, if not every window is shown, the cells of the window that are real in some
  /// window.
  Idx all() const override { return cells_; }
  Idx shown() const override { return count_; }
  bool is_everywhere() const override { return by_window_; }

 private:
  template <class Visit>
  void for_each_window(Visit visit) const;

  const cnnspec_pool2d problem_;
  bool by_window_;
  Idx cells_ = 0, count_ = 0;
  std::vector<bool> shown_;
};

}  // namespace cnnspec::checks

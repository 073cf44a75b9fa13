// Pooling cells: which cells of which windows a kernel must have looked at, because their loss would have shown.
//
// A set of data shows a cell of a window where that cell is the only greatest one: a kernel that does not look at it
// returns something else. So each set shows at most one cell of each window. Data of peaks shows all of them, one set
// for each cell: in set (a, b) the greatest numbers of x are those in rows i and columns j with
//   floor(i / DH) mod KH = a,  floor(j / DW) mod KW = b,
// and every other one is less. The rows that a window looks at are DH apart: floor(i / DH) takes KH consecutive values,
// and each residue modulo KH once. So a window holds one such cell, or none where that cell is padding; and each real
// cell of each window wins in exactly one of the KH*KW sets.
//
// Windows of more than most_cells_in_full cells do not get so many sets, and those of a problem so large that it would
// not be held in memory that often do not either. Instead the peaks lie elsewhere in each plane, and a cell of the
// window counts as shown once it has won in any window.
#pragma once

#include <vector>

#include "checks/data/data_of_layer.hpp"
#include "checks/layers/max_pool2d/problem.hpp"

namespace cnnspec::checks {

inline constexpr Idx most_cells_in_full = 1024;
inline constexpr Idx most_elements_of_peaks = Idx{1} << 23;  // of x, over all sets

/// Whether each cell of each window is shown, and not only each cell in some window.
bool shows_every_window(const cnnspec_pool2d& p);

/// x of the data of peaks, set by set.
class Peaks {
 public:
  /// `digits`: of the storage type.
  Peaks(const cnnspec_pool2d& p, std::uint64_t seed, int digits);
  static Idx sets(const cnnspec_pool2d& p);
  /// Small integers, all of them numbers of every storage type.
  std::vector<double> x(Idx set) const;

 private:
  const cnnspec_pool2d problem_;
  const Idx cells_, begin_;
  double shift_;               // of the sets in which all numbers are negative
  std::vector<double> sizes_;  // of the elements
};

/// Counts the cells that were shown, over sets of data.
class ShownCells final : public Shown {
 public:
  explicit ShownCells(const Operation& operation);
  /// A backward pass has dy besides: a window whose gradient is 0 shows nothing. Windows whose greatest number is
  /// -infinity show nothing either.
  void add(const Operands<double>& inputs) override;
  /// Of all windows together; or else of the window, the real ones of any.
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

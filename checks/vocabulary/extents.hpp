// Element count and indices of a tensor, from its extents. Elements are row-major.
#pragma once

#include <cstddef>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The number of elements.
inline Idx count_of(const std::vector<Idx>& extents) {
  Idx n = 1;
  for (const Idx e : extents) n *= e;
  return n;
}

/// The index of element n, outermost axis first.
template <class Extents>
std::vector<Idx> index_of(Idx n, const Extents& extents) {
  std::vector<Idx> index(extents.size());
  for (std::size_t axis = extents.size(); axis-- > 0; n /= extents[axis]) index[axis] = n % extents[axis];
  return index;
}

}  // namespace cnnspec::checks

// More broken kernels: they are right on small problems, in a fresh process, or on memory that happens to be zero. Rows
// 27 to 50 of the list of mistakes that real kernels made, and more of the same kinds.
#pragma once

#include <vector>

#include "tests/broken_kernels.hpp"

namespace cnnspec::tests {

/// Wrong from a size on, or at sizes that are not a multiple of a vector, a block or a tile.
std::vector<BrokenKernel> size_kernels();

/// Wrong because of earlier calls, or because their threads disturb each other.
std::vector<BrokenKernel> history_kernels();

/// Wrong if the memory that they allocate is not zero.
std::vector<BrokenKernel> heap_kernels();

/// `b` with the healthy kernel.
inline BrokenKernel with_kernel(BrokenKernel b) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  return b;
}

}  // namespace cnnspec::tests

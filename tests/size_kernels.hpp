// More broken kernels: those that are right on small problems, in a process that has done nothing else, or on memory that
// happens to be zero. Rows 27 to 50 of the mistakes that real kernels made, and more of their kinds.
#pragma once

#include <vector>

#include "tests/broken_kernels.hpp"

namespace cnnspec::tests {

/// Wrong from a size on, or at sizes that are no multiple of a vector's, a block's or a tile's.
std::vector<BrokenKernel> size_kernels();

/// Wrong because of what they computed before, or because their threads disturb each other.
std::vector<BrokenKernel> history_kernels();

/// Wrong where memory that they allocate is not zero.
std::vector<BrokenKernel> heap_kernels();

/// `b` with the healthy kernel.
inline BrokenKernel with_kernel(BrokenKernel b) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  return b;
}

}  // namespace cnnspec::tests

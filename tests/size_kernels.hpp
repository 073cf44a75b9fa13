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

/// `b` with the healthy kernel, but for these functions.
template <class Function>
struct Replaced {
  Function checks::KernelFunctions<float>::*operation;
  Function by;
};
template <class... Functions>
BrokenKernel with_functions(BrokenKernel b, Replaced<Functions>... replaced) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  ((b.kernel.f32.*replaced.operation = replaced.by), ...);
  return b;
}

}  // namespace cnnspec::tests

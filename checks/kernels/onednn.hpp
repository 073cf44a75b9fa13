// onednn: the library oneDNN as a kernel under test, where that library was there when cnnspec was built.
#pragma once

#include <string>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Why this build has no onednn_kernel(); empty if it has one.
std::string onednn_absent_because();

/// All twelve operations in f32, f16 and bf16; oneDNN has none in f64. What the library does not implement on this CPU
/// is answered with CNNSPEC_UNSUPPORTED. Runs in one thread unless OMP_NUM_THREADS says otherwise.
Kernel onednn_kernel();

}  // namespace cnnspec::checks

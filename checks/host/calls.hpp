// The process that makes the calls. It ends here.
#pragma once

#include "checks/host/call_memory.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Whether the C library keeps small freed blocks and hands them out again without filling them. It does not if it was
/// told so before the process began (GLIBC_TUNABLES=glibc.malloc.tcache_count=0).
enum class KeptBlocks { are_there, are_not };

/// Confines this process, makes the calls from the first to the last, notes the result of each, and ends the process.
/// `memory`: the descriptor of the file with the calls; `said`: the descriptor for printed text.
[[noreturn]] void make_calls(const Kernel& kernel, int memory, int said, const Task& task, KeptBlocks kept);

}  // namespace cnnspec::checks

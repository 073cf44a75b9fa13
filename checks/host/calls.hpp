// Calls: what the process does that makes them. It ends there.
#pragma once

#include "checks/host/call_memory.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Whether the C library keeps small blocks that were freed, and hands them out again as they are. It does not where it
/// was told so before the process began (GLIBC_TUNABLES=glibc.malloc.tcache_count=0).
enum class KeptBlocks { are_there, are_not };

/// Confines this process, makes the calls from the first to the last, notes what came of each, and ends it. `memory`:
/// the descriptor of the file in which they lie; `said`: where what is printed goes.
[[noreturn]] void make_calls(const Kernel& kernel, int memory, int said, const Task& task, KeptBlocks kept);

}  // namespace cnnspec::checks

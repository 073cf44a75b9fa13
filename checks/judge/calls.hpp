// Calls: what the process does that makes them. It ends there.
#pragma once

#include "checks/judge/call_memory.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// What such a process is to do.
struct Task {
  CallLayout layout;
  std::size_t first = 0;  // the call to begin with
  Isolation isolation;
};

/// Confines this process, makes the calls from the first to the last, notes what came of each, and ends it. `memory`: the
/// descriptor of the file in which they lie; `said`: where what is printed goes.
[[noreturn]] void make_calls(const Kernel& kernel, int memory, int said, const Task& task);

}  // namespace cnnspec::checks

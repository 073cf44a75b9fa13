// A closer look at what failed: the plainest case that still fails, what the kernel seems to have misread, and what it
// may claim instead.
#pragma once

#include "checks/judge/judge.hpp"

namespace cnnspec::checks {

/// Fills in Failure::shrunk and ::diagnoses of the failures in `result`, and OperationResult::behaves_like.
void look_closer(Host& host, const JudgeOptions& options, KernelResult& result);

}  // namespace cnnspec::checks

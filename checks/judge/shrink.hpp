// Shrinking: from a case that fails to the plainest one that still fails in the same way, first its configuration, then
// its data.
#pragma once

#include <vector>

#include "checks/judge/verdict.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// The problems to try next, each valid, and plainer in at least one number and in no way less plain: large steps
/// first.
std::vector<Problem> plainer(const Problem& problem);

/// What fails in the same way as `failure` and is as plain as can be found with a few hundred calls.
Failure shrink(const Kernel& kernel, const Failure& failure, const Conditions& conditions);

}  // namespace cnnspec::checks

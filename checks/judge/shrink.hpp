// Shrinking: finds the plainest case that still fails for the same reason. First the configuration is shrunk, then the
// data. Between these two steps, the search finds how the failure depends on the sizes of the configuration.
#pragma once

#include <span>
#include <vector>

#include "checks/host/host.hpp"
#include "checks/judge/size_condition.hpp"
#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// The problems to try next, each valid and plainer, large steps first. A problem is plainer if fewer of its numbers
/// differ from the plainest value, or if as many differ and none is greater. Tied numbers move together: window and
/// image, channels and groups, both axes of a square.
std::vector<Problem> plainer(const Problem& problem);

/// The results of the search for one failure.
struct Plainest {
  Failure failure;                        // the plainest case that still fails
  std::vector<SizeCondition> conditions;  // the sizes on which the failure depends
  std::vector<Case> failing, passing;     // other cases tried in this search, on all data
};

/// The plainest case found that fails for the same reason as `failure`, under the same conditions. The search costs as
/// much work as a few hundred small calls. `known`: the results for other failures of the operation; the sizes of a
/// configuration are not searched twice, and not at all if the conditions say so.
Plainest find_plainest(Host& host, const Failure& failure, const Conditions& conditions,
                       std::span<const Plainest> known = {});

/// Returns the failure alone; sizes are not searched.
Failure shrink(Host& host, const Failure& failure, const Conditions& conditions);

}  // namespace cnnspec::checks

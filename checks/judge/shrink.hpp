// Shrinking: from a case that fails to the plainest one that still fails for the same reason, first its configuration,
// then its data. Between the two, how the failure depends on the sizes of that configuration.
#pragma once

#include <span>
#include <vector>

#include "checks/host/host.hpp"
#include "checks/judge/size_condition.hpp"
#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// The problems to try next, each valid and plainer: large steps first. Plainer is what has fewer numbers that are not
/// the plainest, or as many and none greater. Numbers that are tied move together: window and image, channels and
/// groups, both axes of a square.
std::vector<Problem> plainer(const Problem& problem);

/// What was found out about a failure.
struct Plainest {
  Failure failure;                        // what is left of it
  std::vector<SizeCondition> conditions;  // the sizes on which it depends
  std::vector<Case> failing, passing;     // other cases that were tried to find that out, on all data
};

/// What fails for the same reason as `failure`, under the same conditions, and is as plain as can be found with as much
/// work as a few hundred small calls are. `known`: what was found of other failures of the operation; the sizes of a
/// configuration are not searched twice.
Plainest find_plainest(Host& host, const Failure& failure, const Conditions& conditions,
                       std::span<const Plainest> known = {});

/// The failure alone; the sizes are not searched.
Failure shrink(Host& host, const Failure& failure, const Conditions& conditions);

}  // namespace cnnspec::checks

// What a kernel returned on the data of a case, for misreadings to be compared with.
#pragma once

#include <span>
#include <vector>

#include "checks/judge/case_judge.hpp"
#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

/// What came out of calls, as far as they returned.
std::vector<Observation> observations_of(const CaseJudge& judge, std::span<const Trial> trials,
                                         std::span<const Execution> executions);

/// What the kernel returns on all data of a case.
std::vector<Observation> observe(Host& host, const Case& c, const Conditions& conditions);

}  // namespace cnnspec::checks

// The results of a kernel on the data of a case. Misreadings are compared with them.
#pragma once

#include <span>
#include <vector>

#include "checks/judge/case_judge.hpp"
#include "checks/misreadings/misreading.hpp"

namespace cnnspec::checks {

/// The results of those calls that returned.
std::vector<Observation> observations_of(const CaseJudge& judge, std::span<const Trial> trials,
                                         std::span<const Execution> executions);

/// The results of the kernel on all data of a case.
std::vector<Observation> observe(Host& host, const Case& c, const Conditions& conditions);

}  // namespace cnnspec::checks

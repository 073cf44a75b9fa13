// History: the earlier calls that a failure needs. A kernel that keeps a plan, prepared weights or a workspace from
// call to call may be right in a process of its own and wrong in one that has made other calls before. The search finds
// a shortest list of such calls, and then the plainest calls, so that a command line can make them again.
#pragma once

#include <vector>

#include "checks/host/host.hpp"
#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// Judges a case after other cases, all in one fresh process and in this order. No failure if a case before it has
/// ended the process.
CaseResult judge_after(Host& host, const std::vector<Case>& before, const Case& c, const Conditions& conditions);

/// Whether `failure`, which needs the calls of `failure.history`, shows when they are made again. If it does not in
/// two tries, chance decides: a race, or memory that was never written.
bool is_repeated(Host& host, const Failure& failure, const Conditions& conditions);

/// How often a case must be judged so that a failure of chance shows in at least 49 of 50 tries, as far as twenty
/// tries tell, or four of a large problem. 1: it has shown in all of them.
Idx repeats_needed(Host& host, const Case& c, const Conditions& conditions);

struct Shortest {
  Failure failure;   // with a shortest history: no case of it can be left out. None: chance decides
  Failure plainest;  // the problems and the data are made plainer, as far as it still fails in the same way
};
/// The search costs a few hundred replays at most.
Shortest with_shortest_history(Host& host, const Failure& failure, const Conditions& conditions);

}  // namespace cnnspec::checks

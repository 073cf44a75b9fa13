// How much memory judging a case takes: the judge's own and that of the process that makes the calls, without what the
// kernel allocates.
#pragma once

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// Whether the sets of data of a case are made, judged and forgotten one after the other, because all of them together
/// would take much memory.
bool is_judged_in_turn(const Case& c, const Conditions& conditions);

/// An upper estimate of the memory for the data of the case that is there at the same time, in bytes.
double bytes_of_data(const Case& c, const Conditions& conditions);
/// The same for judging the case.
double bytes_for(const Case& c, const Conditions& conditions);
/// The same for computing all of one set of data, with a bound for each element.
double bytes_in_full(Op op, const Problem& problem);

/// Throws UsageError if a problem takes more than `most_bytes`.
void require_memory(const Problem& problem, double bytes, double most_bytes);

/// The memory that the judge may take if nobody says otherwise: 2 GiB, or half of what the machine has available, if
/// that is more.
double usual_memory();

}  // namespace cnnspec::checks

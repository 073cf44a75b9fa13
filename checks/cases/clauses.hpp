// Which clauses a problem violates, once more: from their words, in numbers that are wide enough for any Idx, and
// without the specification's size formula. What the specification's own checks are compared with.
#pragma once

#include <optional>
#include <set>

#include "checks/judge/case.hpp"

namespace cnnspec::checks {

/// Every clause that the problem violates. Where extents make no sense (C1), what follows from them is not looked at.
std::set<Clause> violated_clauses(const Problem& problem);

/// The output extent of one axis: how many windows begin and end within the padded input. Nothing where C1, C2 or C3
/// does not hold.
std::optional<Idx> output_extent(Idx in, Idx kernel, const Axis& axis);

}  // namespace cnnspec::checks

// Which clauses a problem violates, once more: from their words, in numbers that are wide enough for any Idx, and
// without the specification's size formula. What the specification's own checks are compared with.
#pragma once

#include <optional>
#include <string>

#include "checks/laws/layer_checks.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// "a refusal for C1 C3", or "no refusal".
std::string refusal_for(const Clauses& clauses);

/// Every clause that the problem violates. Where extents make no sense (C1), what follows from them is not looked at.
Clauses violated_clauses(const Problem& problem);

/// The one clause that an axis violates, its output extent aside: C1, then C3, then C2, then C4 where it is pooling's,
/// each of which takes the ones before it for granted. `none` if it is valid.
Clause clause_of(const Line& line, bool pooling);

/// The output extent of one axis: how many windows begin and end within the padded input. Nothing where C1, C2 or C3
/// does not hold.
std::optional<Idx> output_extent(Idx in, Idx kernel, const Axis& axis);

/// The line with that output extent, or 1 where there is none.
Line with_right_output(const Problem& problem, Line line);

/// Whether a layer's parameters are more than can be counted (C3) though its tensors are not.
bool has_too_many_parameters(const Problem& problem);

}  // namespace cnnspec::checks

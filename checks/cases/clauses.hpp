// The clauses that a problem violates, derived a second time: directly from the text of the clauses, in integers wide
// enough for any Idx, without the specification's size formula. The specification's own checks are compared with this.
#pragma once

#include <optional>
#include <string>

#include "checks/laws/layer_checks.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// "a refusal for C1 C3", or "no refusal".
std::string refusal_for(const Clauses& clauses);

/// Every clause that the problem violates. Clauses that depend on invalid extents (C1) are not tested.
Clauses violated_clauses(const Problem& problem);

/// The one clause that an axis violates, without its output extent. The order is C1, C3, C2, then C4 for pooling; each
/// of them assumes that the earlier ones hold. `none` if the axis is valid.
Clause clause_of(const Line& line, bool pooling);

/// The output extent of one axis: the number of windows that begin and end within the padded input. None if C1, C2 or
/// C3 is violated.
std::optional<Idx> output_extent(Idx in, Idx kernel, const Axis& axis);

/// The line with that output extent, or with 1 if there is none.
Line with_right_output(const Problem& problem, Line line);

/// Whether a layer's parameters are too many to be counted (C3) although its tensors are not.
bool has_too_many_parameters(const Problem& problem);

}  // namespace cnnspec::checks

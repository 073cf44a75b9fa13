// Checks that all code that computes a problem's sizes agrees: whether the problem is valid, and if not, which clause
// it violates. This code is the size formula, the layer's shape function, the network's description, the judge, and the
// descriptor's reader. clauses.hpp gives the expected answers.
#pragma once

#include "checks/laws/finding.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

Outcome check_sizes(const Problem& problem);

}  // namespace cnnspec::checks

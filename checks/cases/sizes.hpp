// What everything that looks at a problem's sizes must agree on: whether it is valid, and if not, which clause it
// violates. Asked are the size formula, the layer's shape function, the network's description, the judge, and the
// descriptor's reader; what they must say comes from clauses.hpp.
#pragma once

#include "checks/laws/finding.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

Outcome check_sizes(const Problem& problem);

}  // namespace cnnspec::checks

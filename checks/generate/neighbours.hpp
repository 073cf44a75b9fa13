// Neighbours: a problem that differs from another in one number, for kernels that keep plans, packed weights or memory from
// one call to the next and look at too few numbers to tell whether they still fit.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Valid, and of about the same cost. The same problem if none is found.
Problem draw_neighbour(Choices& choices, const Problem& problem);

}  // namespace cnnspec::checks

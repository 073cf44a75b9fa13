// Neighbours: a problem that differs from another one in one number. For kernels that keep plans, packed weights or
// memory between calls, and check too few numbers before they use them again.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// A valid neighbour of about the same cost; the same problem if none is found.
Problem draw_neighbour(Choices& choices, const Problem& problem);

}  // namespace cnnspec::checks

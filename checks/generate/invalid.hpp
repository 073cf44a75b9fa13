// Invalid problems: a valid one with exactly one thing wrong, for each clause, to try whether it is refused and called
// by its name.
#pragma once

#include <string>
#include <vector>

#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

struct InvalidCase {
  Problem problem;
  Clause clause = Clause::none;  // the only one that is violated, or the first of those that follow from it
  std::string change;            // what was done, as in "stride_width = 0"
};

/// Those whose problems can violate a clause at all.
std::vector<LayerId> layers_with(Clause clause);

/// A problem that violates `clause`, not Clause::none.
InvalidCase draw_invalid(Choices& choices, Clause clause, const Limits& limits = {});
InvalidCase draw_invalid(Choices& choices, LayerId layer, Clause clause, const Limits& limits = {});

}  // namespace cnnspec::checks

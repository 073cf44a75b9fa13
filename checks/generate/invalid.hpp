// Invalid problems: a valid one with exactly one thing wrong, for each clause, to try whether it is refused and called
// by its name.
#pragma once

#include <span>
#include <string>

#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

struct InvalidCase {
  Problem problem;
  Clause clause = Clause::none;  // the only one that is violated, or the first of those that follow from it
  std::string change;            // what was done, as in "stride_width = 0"
};

/// The kinds of problem that can violate a clause at all. (C6: the output extents are all that a problem says twice.)
std::span<const LayerId> families_with(Clause clause);

/// A problem that violates `clause`, not Clause::none.
InvalidCase draw_invalid(Choices& choices, Clause clause, const Limits& limits = {});
InvalidCase draw_invalid(Choices& choices, LayerId family, Clause clause, const Limits& limits = {});

}  // namespace cnnspec::checks

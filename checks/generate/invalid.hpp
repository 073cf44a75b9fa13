// Invalid problems: a valid problem with exactly one mistake, for each clause. They test whether the mistake is refused
// with the right clause.
#pragma once

#include <string>
#include <vector>

#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

struct InvalidCase {
  Problem problem;
  Clause clause = Clause::none;  // the only violated clause, or the first, if others follow from it
  std::string change;            // a description such as "stride_width = 0"
};

/// The layers whose problems can violate the clause at all.
std::vector<LayerId> layers_with(Clause clause);

/// A problem that violates `clause`, not Clause::none.
InvalidCase draw_invalid(Choices& choices, Clause clause, const Limits& limits = {});
InvalidCase draw_invalid(Choices& choices, LayerId layer, Clause clause, const Limits& limits = {});

}  // namespace cnnspec::checks

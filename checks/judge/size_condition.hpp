// How a failure depends on sizes: a kernel that is right below 16 channels and wrong from there on is wrong in the code
// for 16 channels. Each size of the plainest case that fails is varied alone, until one rule is left.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/generate/size_axis.hpp"

namespace cnnspec::checks {

/// The sizes of one axis for which a kernel fails, if all else is as in the plainest case that fails.
struct SizeCondition {
  SizeAxis axis;
  Idx from = 0;             // at least that many
  std::optional<Idx> to{};  // at most that many; none: no end was found
  Idx factor = 1;           // multiples of it, or with `off` all but those
  bool off = false;
  Idx probed = 0;  // the largest size that was tried

  bool holds(Idx size) const {
    return from <= size && (!to || size <= *to) && (factor == 1 || (size % factor == 0) != off);
  }
  bool holds(const Problem& problem) const { return holds(axis.value(problem)); }
  /// "from 16 output channels on"
  std::string in_words() const;
};

/// Whether a problem fails in the way that is looked into; none: that may not be tried any more.
using Fails = std::function<std::optional<bool>(const Problem&)>;

struct Dependence {
  std::vector<SizeCondition> conditions;  // of the axes that matter
  std::vector<Problem> failing, passing;  // what was tried
};

/// How the failure of `problem`, the plainest that fails, depends on each of its sizes.
Dependence dependence_on_sizes(const Problem& problem, const Fails& fails);

/// Whether all of them hold.
bool all_hold(const std::vector<SizeCondition>& conditions, const Problem& problem);

}  // namespace cnnspec::checks

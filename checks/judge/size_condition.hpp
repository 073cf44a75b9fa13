// How a failure depends on sizes. For example, a kernel that is right below 16 channels and wrong from 16 on has its
// mistake in the code for 16 channels. Each size of the plainest failing case is varied alone, until one rule remains.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/generate/size_axis.hpp"

namespace cnnspec::checks {

/// The sizes of one axis for which a kernel fails, if all else is as in the plainest failing case.
struct SizeCondition {
  SizeAxis axis;
  Idx from = 0;             // at least this size
  std::optional<Idx> to{};  // at most this size; none: no end was found
  Idx factor = 1;           // only multiples of it fail, or with `off` all sizes except these
  bool off = false;
  Idx probed = 0;  // the largest probed size

  bool holds(Idx size) const {
    return from <= size && (!to || size <= *to) && (factor == 1 || (size % factor == 0) != off);
  }
  bool holds(const Problem& problem) const { return holds(axis.value(problem)); }
  /// "from 16 output channels on"
  std::string in_words() const;
};

/// Whether a problem fails with the failure that is examined; none: no further problem may be tried.
using Fails = std::function<std::optional<bool>(const Problem&)>;

struct Dependence {
  std::vector<SizeCondition> conditions;  // of the axes on which the failure depends
  std::vector<Problem> failing, passing;  // the problems that were tried
};

/// How the failure of `problem`, the plainest failing one, depends on each of its sizes.
Dependence dependence_on_sizes(const Problem& problem, const Fails& fails);

/// Whether all conditions hold for `problem`.
bool all_hold(const std::vector<SizeCondition>& conditions, const Problem& problem);

}  // namespace cnnspec::checks

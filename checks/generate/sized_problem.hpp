// Sized problems: random problems in which some numbers have given values, and everything else is small, so that they take
// little work however large the given values are.
#pragma once

#include <optional>

#include "checks/generate/choices.hpp"
#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// How much a sized problem may cost, and how large the numbers are that are free.
struct SizedLimits {
  Idx most_taps = 25'000;              // multiply-adds
  Idx most_elements = 3'000;           // of all tensors together
  Idx most_elements_of_calls = 8'000;  // the same over all calls of the kernel, of which some layers need several
  Idx most_free = 4;                   // of a number that is free
};

/// A valid problem that has what is wanted; none if that cannot be (two wishes contradict each other), or only at a higher
/// cost than the limits allow.
std::optional<Problem> draw_sized(Choices& choices, Op op, const WantedSizes& wanted, const SizedLimits& limits = {});

}  // namespace cnnspec::checks

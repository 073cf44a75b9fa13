// Sized problems: random problems in which some numbers have given values and all others are small. So they need little
// work, however large the given values are.
#pragma once

#include <optional>

#include "checks/generate/choices.hpp"
#include "checks/generate/sized_axes.hpp"

namespace cnnspec::checks {

/// The limits of cost for a sized problem, and of its free numbers.
struct SizedLimits {
  Idx most_taps = 25'000;              // multiply-adds
  Idx most_elements = 3'000;           // of all tensors together
  Idx most_elements_of_calls = 8'000;  // of all kernel calls together; some layers need several calls
  Idx most_free = 4;                   // of a free number
};

/// A valid problem with the wanted sizes. None if that is impossible (two sizes contradict each other), or if it would
/// exceed the limits.
std::optional<Problem> draw_sized(Choices& choices, Op op, const WantedSizes& wanted, const SizedLimits& limits = {});

}  // namespace cnnspec::checks

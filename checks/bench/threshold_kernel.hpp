// A kernel that is wrong from a size on, or only at some sizes, along one axis of its problems. Its mistake is as small
// as possible: one term of one element of the output is left out. im2col computes everything else.
#pragma once

#include <array>
#include <vector>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// A number that a kernel may block, vectorise or count by.
struct ThresholdAxis {
  const char* name;
  LayerId family;
  Idx (*size)(const Problem&, Op);
};
const std::vector<ThresholdAxis>& threshold_axes();

enum class ThresholdKind { from, at, multiples, off_multiples };
inline constexpr std::array<const char*, 4> threshold_kind_names{"from N on", "at N", "at multiples of N",
                                                                 "above N, off its multiples"};
constexpr const char* name_of(ThresholdKind kind) { return threshold_kind_names[static_cast<std::size_t>(kind)]; }

/// The sizes where optimised code branches, with both neighbours.
inline constexpr std::array<Idx, 16> threshold_sizes{8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256};

struct ThresholdMistake {
  const ThresholdAxis* axis = nullptr;  // null: no mistake
  ThresholdKind kind{};
  Idx n = 0;

  bool is_made_at(Idx size) const;
  bool is_made_on(const Problem& problem, Op op) const;
};

/// f32. It makes the mistake in `threshold_mistake` of the thread that calls it, or that forked its process.
Kernel threshold_kernel();
extern thread_local ThresholdMistake threshold_mistake;

}  // namespace cnnspec::checks

// Configurations: random problems that are valid by construction, the raw material of every property test, fuzzer and
// judgement.
//
// A generator draws the kernel, dilation, stride, output extent and padding of each axis, and derives the input extent,
// plus a remainder that the stride leaves over. So nothing is ever discarded: every sequence of decisions gives
// a problem that satisfies C1 to C6, and what one decision uses up narrows the range of the later ones. Every decision
// shrinks to the plainest: one image, one channel, a 1x1 kernel, no padding.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The largest values that are drawn. Each is at least 1.
struct Limits {
  Idx max_extent = 16;  // of in_height, in_width, the padded input included
  Idx max_channels = 8;
  Idx max_batch = 3;
  Idx max_kernel = 5;
  Idx max_stride = 3;
  Idx max_dilation = 3;
  Idx max_groups = 4;
  Idx max_features = 40;   // of an extent where there is no window
  Idx max_count = 300;     // of an extent that a descriptor gives as a product
  Idx max_taps = 200'000;  // multiply-adds of the whole batch: how long one run of the spec takes
};

Problem draw_problem(Choices& choices, LayerId layer, const Limits& limits = {});

template <ProblemStruct P>
P draw_of(Choices& choices, const Limits& limits = {}) {
  return draw_problem(choices, ProblemOf<P>::layer, limits).template as<P>();
}

}  // namespace cnnspec::checks

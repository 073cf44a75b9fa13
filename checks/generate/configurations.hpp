// Configurations: random problems that are valid by construction. Every property test, fuzzer and judgement uses them.
//
// A generator draws the kernel, dilation, stride, output extent and padding of each axis, and derives the input extent,
// plus a remainder that the stride leaves over. So nothing is discarded: every sequence of decisions gives a problem
// that satisfies C1 to C6. Each decision uses up a part of the limits, which narrows the later ranges. Every decision
// shrinks to the plainest: one image, one channel, a 1x1 kernel, no padding.
#pragma once

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The largest values that are drawn. Each is at least 1.
struct Limits {
  Idx max_extent = 16;  // of the padded input, so of in_height and in_width too
  Idx max_channels = 8;
  Idx max_batch = 3;
  Idx max_kernel = 5;
  Idx max_stride = 3;
  Idx max_dilation = 3;
  Idx max_groups = 4;
  Idx max_features = 40;   // of an extent of a layer without a window
  Idx max_count = 300;     // of an extent that a descriptor writes as a product
  Idx max_taps = 200'000;  // multiply-adds of the whole batch, i.e. the cost of one run of the spec
};

Problem draw_problem(Choices& choices, LayerId layer, const Limits& limits = {});

template <ProblemStruct P>
P draw_of(Choices& choices, const Limits& limits = {}) {
  return draw_problem(choices, ProblemOf<P>::layer, limits).template as<P>();
}

}  // namespace cnnspec::checks

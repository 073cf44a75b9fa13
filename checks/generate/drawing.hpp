// Drawing: what a layer says of how its problems are drawn, where its fields and its window do not tell. A layer that
// says nothing is drawn by these: every setting, the window, the channels and groups, every other extent, the batch.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

struct Limits;      // configurations.hpp
struct SizedAxis;   // sized_axes.hpp
class WantedSizes;  // sized_axes.hpp

/// How a valid problem is made to violate a clause, and no clause before it. Says what was done, as in "groups = 0".
struct Breach {
  Clause clause;
  std::string (*commit)(Choices&, Problem&);
};

struct Drawing {
  /// A valid problem within limits, of any sequence of decisions.
  Problem (*problem)(Choices&, const Layer&, const Limits&) = nullptr;
  /// A valid problem for which libraries have code of their own.
  Problem (*fast_path)(Choices&, const Layer&) = nullptr;
  /// The same but for one number. It need not be valid, nor another one: then the next is asked for.
  Problem (*changed)(Choices&, const Problem&) = nullptr;
  /// Instead of the axes that follow from the fields; then `sized` draws problems in which these are as wanted.
  std::vector<SizedAxis> (*axes)(Op) = nullptr;
  /// With numbers of at most `most_free` where nothing is wanted. It need not be valid, nor as wanted.
  std::optional<Problem> (*sized)(Choices&, Op, const WantedSizes&, Idx most_free) = nullptr;
  /// Beside those of C1 to C6 that follow from the fields, or instead.
  std::span<const Breach> breaches{};
  /// How often a kernel is called for one case.
  Idx (*calls)(const Problem&) = nullptr;
  /// Layers of real networks, as published but for the image, which is as small as the layer allows: descriptors.
  std::span<const char* const> published{};
};

/// Of a layer that says nothing: all null.
const Drawing& drawing_of(const Layer& layer);

}  // namespace cnnspec::checks

// Drawing: how problems of a layer are drawn, where its fields and its window do not define it. The default for a layer
// draws every setting, the window, the channels and groups, every other extent, and the batch.
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

/// A way to make a valid problem violate a clause, and none before it. Returns a description such as "groups = 0".
struct Breach {
  Clause clause;
  std::string (*commit)(Choices&, Problem&);
};

struct Drawing {
  /// A valid problem within the limits, for any sequence of decisions.
  Problem (*problem)(Choices&, const Layer&, const Limits&) = nullptr;
  /// A valid problem for which libraries have special code.
  Problem (*fast_path)(Choices&, const Layer&) = nullptr;
  /// The same problem with one number changed. It may be invalid or unchanged: then another one is requested.
  Problem (*changed)(Choices&, const Problem&) = nullptr;
  /// Replaces the axes that follow from the fields. Then `sized` draws problems with the wanted sizes on these axes.
  std::vector<SizedAxis> (*axes)(Op) = nullptr;
  /// A problem with the wanted sizes, and other numbers of at most `most_free`. It may be invalid or miss a wanted
  /// size.
  std::optional<Problem> (*sized)(Choices&, Op, const WantedSizes&, Idx most_free) = nullptr;
  /// In addition to the breaches of C1 to C6 that follow from the fields, or in place of them.
  std::span<const Breach> breaches{};
  /// The number of kernel calls for one case.
  Idx (*calls)(const Problem&) = nullptr;
  /// Layers of real networks, as descriptors. As published except for the image, which is as small as the layer allows.
  std::span<const char* const> published{};
};

/// For a layer without its own: all null.
const Drawing& drawing_of(const Layer& layer);

}  // namespace cnnspec::checks

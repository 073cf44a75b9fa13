// Size axes: the numbers of a problem that kernels branch on. Each can be varied alone.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// A number of a problem, or a product of numbers, that kernels branch on.
struct SizeAxis {
  std::string name;     // "output channels of each group", which follows a number of them; or "stride_height"
  bool counted = true;  // whether it counts things
  Idx least = 1;        // the plainest value
  std::function<Idx(const Problem&)> value;
  /// The problem with that value, and with as few other changes as possible; none if there is no such problem.
  std::function<std::optional<Problem>(const Problem&, Idx)> with;
  /// The name if that problem is the plainest failing one; null: always `name`.
  std::function<std::string(const Problem&)> name_at{};
};

/// The axes of a layer: its extents in the order of its fields, then those of the window. Its room may change them.
std::vector<SizeAxis> size_axes(LayerId layer);

/// A product of two axes that a kernel may count. A problem with the same product in another shape reveals it.
struct ProductAxis {
  const char* name;
  const char* first;
  const char* second;
};
/// The products that any layer may have, and those of this layer.
std::vector<ProductAxis> product_axes(LayerId layer);

/// For a room: the axis with that name, which must exist.
SizeAxis& axis_named(std::vector<SizeAxis>& axes, std::string_view name);
/// For an axis of a room: `change(p, value)` gives the problem that value.
template <class P, class Change>
auto with_value(Change change) {
  return [change](const Problem& problem, Idx value) -> std::optional<Problem> {
    Problem changed = problem;
    change(changed.as<P>(), value);
    if (!check(changed).ok()) return {};
    return changed;
  };
}

}  // namespace cnnspec::checks

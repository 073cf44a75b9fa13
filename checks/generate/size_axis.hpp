// Size axes: the numbers of a problem that kernels branch on, each of which can be varied alone.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// A number of a problem, or a product of such, that kernels branch on.
struct SizeAxis {
  std::string name;     // "output channels of each group": follows a number of them; or "stride_height"
  bool counted = true;  // whether it is a number of things
  Idx least = 1;        // the plainest value
  std::function<Idx(const Problem&)> value;
  /// The same problem with that value, everything else as far as can be as it was; none if there is no such.
  std::function<std::optional<Problem>(const Problem&, Idx)> with;
  /// What it is called where that problem is the plainest that fails; null: as always.
  std::function<std::string(const Problem&)> name_at{};
};

/// Those of a layer: its extents in the order of its fields, then the window's; as its room changes them.
std::vector<SizeAxis> size_axes(LayerId layer);

/// A product of two axes, which is what a kernel may count: found out by a problem that has as many in another shape.
struct ProductAxis {
  const char* name;
  const char* first;
  const char* second;
};
/// Those that any layer may have, and its own.
std::vector<ProductAxis> product_axes(LayerId layer);

/// For a room: the axis of that name, which must be there.
SizeAxis& axis_named(std::vector<SizeAxis>& axes, std::string_view name);
/// For an axis of a room: `change(p, value)` makes the problem have that value.
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

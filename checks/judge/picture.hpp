// A picture of where a tensor is wrong, for the terminal: a few lines of characters.
#pragma once

#include <string>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The last two axes are rows and columns (a single axis: columns); all outer axes lie on top of each other. '.': right
/// in all of them; '#': wrong in all; '+': wrong in some. If the tensor is too large, several elements share a
/// character.
std::vector<std::string> picture_of(const std::vector<bool>& wrong, const std::vector<Idx>& extents);

}  // namespace cnnspec::checks

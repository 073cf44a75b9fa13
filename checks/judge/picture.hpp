// A picture of where a tensor is wrong, for the terminal: a few lines of characters.
#pragma once

#include <string>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The last two axes as rows and columns (one axis: as columns), all outer axes laid over each other: '.' right in all
/// of them, '#' wrong in all, '+' in some. Several cells share a character where there are more than fit.
std::vector<std::string> picture_of(const std::vector<bool>& wrong, const std::vector<Idx>& extents);

}  // namespace cnnspec::checks

// What a census finds: the first thing that is not as it must be.
#pragma once

#include <string>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

struct Difference {
  std::string what;        // a tensor, or an identity
  std::vector<Idx> index;  // of its element; empty for an identity
  std::string actual, expected;
  std::string input;  // what the layer was run on, where that is not the same for the whole configuration
};

/// "dx[0,2,1]: expected w[0]*dy[2], got 0"
std::string text_of(const Difference& difference);

}  // namespace cnnspec::checks

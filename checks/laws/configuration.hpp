// The configuration of a case as text that can be read back.
#pragma once

#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {

inline std::string configuration_text(const Problem& p) { return to_descriptor(p); }

}  // namespace cnnspec::checks

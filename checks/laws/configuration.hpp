// The configuration of a case as text that can be read back.
#pragma once

#include "checks/describe/config.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {

inline std::string configuration_text(const Problem& p) { return to_descriptor(p); }
inline std::string configuration_text(const Cnn2Run& run) { return format_config(run); }

}  // namespace cnnspec::checks

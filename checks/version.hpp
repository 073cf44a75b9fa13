// The version of this program, as shown in results.
#pragma once

namespace cnnspec::checks {

/// "0.3.0"
const char* version();

}  // namespace cnnspec::checks

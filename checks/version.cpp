#include "checks/version.hpp"

namespace cnnspec::checks {

const char* version() { return CNNSPEC_VERSION; }

}  // namespace cnnspec::checks

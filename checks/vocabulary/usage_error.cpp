#include "checks/vocabulary/usage_error.hpp"

#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {

UsageError::UsageError(const std::string& where, const std::string& position, const std::string& expected,
                       const std::string& given)
    : std::invalid_argument(printable(where + (position.empty() ? "" : ": at " + position) +
                                      (expected.empty() ? "" : ": expected " + expected) +
                                      (given.empty() ? "" : ", got " + given))) {}

}  // namespace cnnspec::checks

// UsageError: text from the caller (an option, a descriptor, a file) is not valid. Exit status 2.
#pragma once

#include <stdexcept>
#include <string>

namespace cnnspec::checks {

/// `what()` reads "WHERE: at POSITION: expected EXPECTED, got GIVEN"; an empty part is left out. It is one line and
/// safe for a terminal, whatever the parts contain (see printable).
class UsageError : public std::invalid_argument {
 public:
  UsageError(const std::string& where, const std::string& position, const std::string& expected,
             const std::string& given);
};

}  // namespace cnnspec::checks

// Files that are read whole.
#pragma once

#include <string>

namespace cnnspec::checks {

/// The bytes of a file, or of standard input ("-"). Throws UsageError if it cannot be read or has more than `most`
/// bytes.
std::string read_file(const std::string& path, std::size_t most);

}  // namespace cnnspec::checks

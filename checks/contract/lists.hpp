// Generated lists of layers, operations and storage types in files that are otherwise written by hand.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cnnspec::checks {

struct PartlyWritten {
  std::string path;  // in the repository
  /// The text with its lists updated. Throws std::runtime_error if a list is not found.
  std::function<std::string(const std::string& text)> rewritten;
};

/// Pages, dictionaries and schemas.
std::vector<PartlyWritten> partly_written_files();

/// Updates every "enum" and "required" of a JSON schema whose entries are all names of operations, of storage types, or
/// of layers, so that it has all of them. `layers`: the names of the layers.
std::string with_enumerations(const std::string& schema, const std::vector<std::string>& layers);

/// Replaces the text between "<!-- written: NAME -->" and "<!-- end -->" (in a dictionary, "# written: NAME" and "#
/// end"), for every known NAME.
std::string with_lists(const std::string& page);

}  // namespace cnnspec::checks

// Lists of layers, operations and storage types in files that are otherwise written by hand.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cnnspec::checks {

struct PartlyWritten {
  std::string path;  // in the repository
  /// What the text should be. Throws std::runtime_error if a list is not found.
  std::function<std::string(const std::string& text)> rewritten;
};

/// Pages, dictionaries and schemas.
std::vector<PartlyWritten> partly_written_files();

/// Every "enum" and "required" of a JSON schema that has nothing but names of operations, of storage types, or of
/// layers, with all of them; `layers`: which these are.
std::string with_enumerations(const std::string& schema, const std::vector<std::string>& layers);

/// What is between "<!-- written: NAME -->" and "<!-- end -->" (in a dictionary, "# written: NAME" and "# end"), for
/// every NAME that is known.
std::string with_lists(const std::string& page);

}  // namespace cnnspec::checks

// Files generated from the registry and committed: they list all layers, operations or storage types. The program
// cnnspec_generate writes them, and a test compares them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cnnspec::checks {

struct GeneratedFile {
  std::string path;  // in the repository
  std::string text;
};

/// All generated files, for the current registry. In partly written files, the other text is taken from `repository`.
/// Throws std::runtime_error if such a file is not as expected.
std::vector<GeneratedFile> generated_files(const std::filesystem::path& repository);

/// The text of a file; throws std::runtime_error if there is none.
std::string text_of(const std::filesystem::path& file);

}  // namespace cnnspec::checks

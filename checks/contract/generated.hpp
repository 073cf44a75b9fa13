// What is written of the registry and committed: whatever lists all layers, operations or storage types. The program
// cnnspec_generate writes it, and a test compares it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cnnspec::checks {

struct GeneratedFile {
  std::string path;  // in the repository
  std::string text;
};

/// All of them, for the registry as it is. Of files that are only partly written, the rest is as it is in `repository`.
/// Throws std::runtime_error if one of these is not as it should be.
std::vector<GeneratedFile> generated_files(const std::filesystem::path& repository);

/// The text of a file; throws std::runtime_error if there is none.
std::string text_of(const std::filesystem::path& file);

}  // namespace cnnspec::checks

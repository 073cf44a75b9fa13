#include "checks/places.hpp"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

std::string place_of_part(const std::string& file) {
  namespace fs = std::filesystem;
  std::vector<std::string> folders;
  if (const char* const given = std::getenv("CNNSPEC_LIBEXEC"); given != nullptr && *given != '\0')
    folders.push_back(given);
  std::error_code error;
  if (const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path(); !error) {
    folders.push_back(here);
    folders.push_back((here / CNNSPEC_LIBEXEC_FROM_BIN).lexically_normal());
  }
  folders.push_back(CNNSPEC_LIBEXEC_INSTALLED);
  for (const std::string& folder : folders)
    if (const fs::path path = fs::path(folder) / file; fs::is_regular_file(path, error)) return path;
  throw UsageError(file, "", "a file in " + joined(folders, ", or in ") + " (CNNSPEC_LIBEXEC names another folder)",
                   "none");
}

}  // namespace cnnspec::checks

#include "checks/contract/generated.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "checks/contract/headers.hpp"
#include "checks/contract/lists.hpp"

namespace cnnspec::checks {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<GeneratedFile> generated_files(const std::filesystem::path& repository) {
  std::vector<GeneratedFile> files{
      {"checks/kernels/cnnspec/kernel.h", contract_header()},
      {"checks/kernels/functions.hpp", functions_header()},
      {"checks/vocabulary/operations.hpp", operations_header()},
  };
  for (const PartlyWritten& partly : partly_written_files())
    files.push_back({partly.path, partly.rewritten(text_of(repository / partly.path))});
  return files;
}

}  // namespace cnnspec::checks

// cnnspec_generate FOLDER: writes the generated files into the repository at FOLDER.
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "checks/contract/generated.hpp"

namespace cnnspec::checks {
namespace {

/// Leaves unchanged files alone, so that nothing is recompiled.
void write(const std::filesystem::path& repository) {
  for (const GeneratedFile& file : generated_files(repository)) {
    const std::filesystem::path path = repository / file.path;
    if (std::filesystem::exists(path) && text_of(path) == file.text) continue;
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    if (!(stream << file.text << std::flush)) throw std::runtime_error(path.string() + " cannot be written");
    std::printf("written: %s\n", file.path.c_str());
  }
}

}  // namespace
}  // namespace cnnspec::checks

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: cnnspec_generate FOLDER   the repository\n", stderr);
    return 2;
  }
  try {
    cnnspec::checks::write(arguments[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "cnnspec_generate: %s\n", e.what());
    return 1;
  }
}

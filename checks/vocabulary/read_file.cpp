#include "checks/vocabulary/read_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

std::string read_file(const std::string& path, std::size_t most) {
  const auto close = [](std::FILE* f) {
    if (f != stdin) std::fclose(f);
  };
  const std::string name = path == "-" ? "standard input" : path;
  const std::unique_ptr<std::FILE, decltype(close)> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"), close);
  if (file == nullptr) throw UsageError(name, "", "a file that can be read", std::strerror(errno));
  std::string bytes;
  char block[1 << 14];
  while (const std::size_t n = std::fread(block, 1, sizeof block, file.get())) {
    bytes.append(block, n);
    if (bytes.size() > most) throw UsageError(name, "", fmt::format("at most {} bytes", most), "more");
  }
  if (std::ferror(file.get()) != 0) throw UsageError(name, "", "a file that can be read", std::strerror(errno));
  return bytes;
}

}  // namespace cnnspec::checks

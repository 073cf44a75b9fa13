#include "checks/golden/tensor_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::string_view object_prefix = "shm:", descriptor_prefix = "fd:";

/// Memory that is read like a file, so that a size that shrinks meanwhile is an error and no signal.
struct Memory {
  int descriptor = -1;
  off_t offset = 0;
  bool is_owned = false;

  Memory(int fd, off_t from, bool owned) : descriptor(fd), offset(from), is_owned(owned) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    if (is_owned) close(descriptor);
  }
};

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return {};
  return value;
}

Memory open_object(const std::string& source) {
  const std::string name = source.substr(object_prefix.size());
  const int fd = shm_open((name.starts_with('/') ? name : "/" + name).c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw UsageError(source, "", "a shared memory object that can be read", std::strerror(errno));
  return {fd, 0, true};
}

Memory inherited(const std::string& source) {
  const std::string_view numbers = std::string_view(source).substr(descriptor_prefix.size());
  const std::size_t plus = numbers.find('+');
  const auto fd = number_in<int>(numbers.substr(0, plus));
  const auto offset = plus == std::string_view::npos ? off_t{0} : number_in<off_t>(numbers.substr(plus + 1));
  if (!fd || !offset) throw UsageError(source, "", "fd:N or fd:N+OFFSET", in_quotes(source));
  return {*fd, *offset, false};
}

NpyArray read_memory(const std::string& source, const Memory& memory, const std::string& type,
                     const std::vector<Idx>& shape) {
  struct stat status {};
  if (fstat(memory.descriptor, &status) != 0)
    throw UsageError(source, "", "a file descriptor that is open", std::strerror(errno));
  const auto available = static_cast<std::size_t>(std::max(off_t{0}, status.st_size - memory.offset));
  const std::size_t needed = npy_bytes(type, shape);
  if (available < needed)
    throw UsageError(source, fmt::format("byte {}", memory.offset), fmt::format("{} bytes of elements", needed),
                     fmt::format("{} bytes", available));
  NpyArray array{type, std::vector<std::byte>(needed)};
  for (std::size_t done = 0; done < needed;) {
    const ssize_t some =
        pread(memory.descriptor, array.elements.data() + done, needed - done, memory.offset + static_cast<off_t>(done));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0)
      throw UsageError(source, fmt::format("byte {}", static_cast<std::size_t>(memory.offset) + done),
                       "elements that can be read", some == 0 ? "the end of the memory" : std::strerror(errno));
    done += static_cast<std::size_t>(some);
  }
  return array;
}

}  // namespace

NpyArray read_tensor(const std::string& source, const std::vector<std::string>& types, const std::vector<Idx>& shape,
                     const std::string& type_in_memory) {
  if (source.starts_with(object_prefix)) return read_memory(source, open_object(source), type_in_memory, shape);
  if (source.starts_with(descriptor_prefix)) return read_memory(source, inherited(source), type_in_memory, shape);
  return read_npy(source, types, shape);
}

}  // namespace cnnspec::checks

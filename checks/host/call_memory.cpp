#include "checks/host/call_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace cnnspec::checks {

static_assert(std::is_trivially_copyable_v<PlannedCall>, "it is read by another process");

std::size_t page_bytes() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t rounded_up(std::size_t n, std::size_t unit) { return (n + unit - 1) / unit * unit; }

const TensorInfo* tensor_of(const Operation& operation, std::size_t number) {
  const bool is_output = number >= most_inputs;
  const std::vector<TensorInfo>& tensors = is_output ? operation.outputs : operation.inputs;
  const std::size_t n = is_output ? number - most_inputs : number;
  return n < tensors.size() ? &tensors[n] : nullptr;
}

void no_resource(const char* what) {
  throw std::runtime_error(std::string("no ") + what + " for the kernel: " + std::strerror(errno));
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Mapping::Mapping(std::size_t bytes, int protection, int flags, int descriptor, std::size_t offset) : bytes_(bytes) {
  if (descriptor < 0) flags |= MAP_ANONYMOUS;
  address_ = mmap(nullptr, bytes, protection, flags, descriptor, static_cast<off_t>(offset));
  if (address_ == MAP_FAILED) no_resource("memory");
  constexpr std::size_t many_pages = std::size_t{1} << 22;
  if (descriptor < 0 && bytes >= many_pages) madvise(address_, bytes, MADV_HUGEPAGE);  // fewer faults, if it is granted
}

Mapping::~Mapping() { munmap(address_, bytes_); }

MemoryFile::MemoryFile() : descriptor_(memfd_create("cnnspec", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor_ < 0) no_resource("memory");
  // Nobody can shrink the file, which would kill a process that reads the removed part. Nobody can seal its size
  // either.
  if (fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0) no_resource("memory");
}

MemoryFile::~MemoryFile() {
  if (address_ != nullptr) munmap(address_, bytes_);
  close(descriptor_);
}

std::byte* MemoryFile::with(std::size_t bytes) {
  constexpr std::size_t spare = 8;  // an eighth more, so that it seldom grows
  if (bytes > bytes_) {
    const std::size_t wanted = rounded_up(bytes + bytes / spare, page_bytes());
    struct stat file {};  // a kernel that has the file's descriptor may have made it longer
    if (fstat(descriptor_, &file) != 0) no_resource("memory");
    if (std::cmp_less(file.st_size, wanted) && ftruncate(descriptor_, static_cast<off_t>(wanted)) != 0)
      no_resource("memory");
    if (address_ != nullptr) munmap(address_, bytes_);
    address_ = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (address_ == MAP_FAILED) {
      address_ = nullptr, bytes_ = 0;
      no_resource("memory");
    }
    madvise(address_, wanted, MADV_DONTFORK);
    bytes_ = wanted;
  }
  return static_cast<std::byte*>(address_);
}

}  // namespace cnnspec::checks

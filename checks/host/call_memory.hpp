// Call memory: what the judge and the process that makes the calls share, a file in memory that has no name. First
// comes what is to be done, the calls and their inputs, which that process maps to be read only; then, on pages of
// their own, what it tells of itself and of each call, and the outputs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// Of one call. Its tensors are numbered: the inputs from 0, the outputs from `most_inputs`.
inline constexpr std::size_t most_inputs = 16, most_outputs = 8;
inline constexpr std::size_t most_tensors = most_inputs + most_outputs;
/// The tensor of that number; null: there is none.
const TensorInfo* tensor_of(const Operation& operation, std::size_t number);

std::size_t page_bytes();
std::size_t rounded_up(std::size_t n, std::size_t unit);
/// Throws std::runtime_error.
[[noreturn]] void no_resource(const char* what);
std::int64_t now_ns();

/// Memory that is given back at the end.
class Mapping {
 public:
  /// `descriptor`: of the file, or -1. `offset`: in it.
  Mapping(std::size_t bytes, int protection, int flags, int descriptor = -1, std::size_t offset = 0);
  Mapping(const Mapping&) = delete;
  ~Mapping();
  std::byte* data() const { return static_cast<std::byte*>(address_); }

 private:
  void* address_;
  std::size_t bytes_;
};

/// A file in memory; a child that is forked has its descriptor, but nothing of it in its own memory.
class MemoryFile {
 public:
  MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  ~MemoryFile();
  /// Its begin. It has at least so many bytes from now on.
  std::byte* with(std::size_t bytes);
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  void* address_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Bytes of the file.
struct Piece {
  std::size_t offset = 0, size = 0;
};

/// A tensor of a call; an empty one is a null pointer.
struct PlannedTensor {
  Piece place{};
  std::size_t element_bytes = 1;
};

struct PlannedCall {
  Op op{};
  DType dtype{};
  Problem problem{};
  Garbage garbage{};
  Placement placement{};
  std::size_t group = 0;
  PlannedTensor tensors[most_tensors]{};
  bool given_up = false;  // not to be made
};

/// What is told about one call.
struct Record {
  std::int64_t begin_ns, end_ns;
  int status;
  std::int8_t modified_input, overrun;  // the number of the tensor and 1; 0: none
  bool begun, done;
};

/// What the process that makes the calls tells about itself.
struct CallProgress {
  std::atomic<std::size_t> current;  // the call that is being made
  std::atomic<std::int64_t> begin_ns;
  std::atomic<void*> fault;  // the address that could not be accessed
  std::atomic<bool> ready, has_fault, finished;  // ready: to make calls
  struct Pages {
    std::uintptr_t begin, end;
  } slots[most_tensors];  // where each tensor may lie, between two pages that cannot be accessed
};

/// Where in the file all that is.
struct CallLayout {
  std::size_t calls = 0;    // how many; they are at the begin
  std::size_t results = 0;  // offset of the part that is written, whole pages: CallProgress, Records, outputs
  std::size_t bytes = 0;

  static constexpr std::size_t record_offset =
      (sizeof(CallProgress) + alignof(Record) - 1) / alignof(Record) * alignof(Record);
};

/// What a process that makes calls is to do.
struct Task {
  std::uint64_t number = 0;  // of the server's tasks
  CallLayout layout;
  std::size_t first = 0;  // the call to begin with
  Isolation isolation;
};

/// What a server says of a task: first the number of the process that does it, or -errno; then its status, as waitpid
/// gives it.
struct TaskNews {
  enum class Kind : std::uint32_t { begun = 0x6265676e, ended = 0x656e6464 };
  Kind kind{};
  std::int32_t value = 0;
  std::uint64_t task = 0;
};

}  // namespace cnnspec::checks

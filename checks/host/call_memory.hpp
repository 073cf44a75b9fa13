// Call memory: a file in memory, without a name, that the judge shares with the process that makes the calls. First
// come the calls and their inputs; that process maps this part read-only. Then, on separate pages, come the notes of
// that process about itself and about each call, and the outputs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// The limits of one call. Its tensors are numbered: inputs from 0, outputs from `most_inputs`.
inline constexpr std::size_t most_inputs = 16, most_outputs = 8;
inline constexpr std::size_t most_tensors = most_inputs + most_outputs;
/// The tensor of that number; null: there is none.
const TensorInfo* tensor_of(const Operation& operation, std::size_t number);

std::size_t page_bytes();
std::size_t rounded_up(std::size_t n, std::size_t unit);
/// Throws std::runtime_error.
[[noreturn]] void no_resource(const char* what);
std::int64_t now_ns();

/// A memory mapping that is unmapped in the destructor.
class Mapping {
 public:
  /// `descriptor`: the file, or -1. `offset`: in the file.
  Mapping(std::size_t bytes, int protection, int flags, int descriptor = -1, std::size_t offset = 0);
  Mapping(const Mapping&) = delete;
  ~Mapping();
  std::byte* data() const { return static_cast<std::byte*>(address_); }

 private:
  void* address_;
  std::size_t bytes_;
};

/// A file in memory. A forked child inherits its descriptor, but not the mapping.
class MemoryFile {
 public:
  MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  ~MemoryFile();
  /// The begin of the file, which has at least this many bytes from now on.
  std::byte* with(std::size_t bytes);
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  void* address_ = nullptr;
  std::size_t bytes_ = 0;
};

/// A range of bytes in the file.
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

/// The notes about one call.
struct Record {
  std::int64_t begin_ns, end_ns;
  int status;
  std::int8_t modified_input, overrun;  // number of the tensor, plus 1; 0: none
  bool begun, done;
};

/// The notes of the process that makes the calls about itself.
struct CallProgress {
  std::atomic<std::size_t> current;  // the call in progress
  std::atomic<std::int64_t> begin_ns;
  std::atomic<void*> fault;  // the address that could not be accessed
  std::atomic<bool> ready, has_fault, finished;  // ready: it can make calls
  struct Pages {
    std::uintptr_t begin, end;
  } slots[most_tensors];  // the room of each tensor, between two pages that cannot be accessed
};

/// Where these parts are in the file.
struct CallLayout {
  std::size_t calls = 0;    // number of calls; they are at the begin of the file
  std::size_t results = 0;  // offset of the written part, in whole pages: CallProgress, Records, outputs
  std::size_t bytes = 0;

  static constexpr std::size_t record_offset =
      (sizeof(CallProgress) + alignof(Record) - 1) / alignof(Record) * alignof(Record);
};

/// The task of a process that makes calls.
struct Task {
  std::uint64_t number = 0;  // number of the task on this server
  CallLayout layout;
  std::size_t first = 0;  // the call to begin with
  Isolation isolation;
};

/// The server's messages about a task: first the id of the process that performs it, or -errno; then the status of this
/// process, as waitpid gives it.
struct TaskNews {
  enum class Kind : std::uint32_t { begun = 0x6265676e, ended = 0x656e6464 };
  Kind kind{};
  std::int32_t value = 0;
  std::uint64_t task = 0;
};

}  // namespace cnnspec::checks

// Host: the only interface between the judge and a kernel. It takes calls, and returns the result of each call and the
// side effects of the kernel. fork_host.hpp has hosts for functions of this program, library_kernel.hpp for shared
// libraries, and worker_kernel.hpp for programs that speak a protocol.
//
// The kernel gets copies of its inputs, and outputs full of garbage. Each tensor lies between two pages that cannot be
// accessed. In one run the tensor ends at the second of these pages, in another it begins after the first. In other
// runs it lies between them: one element beyond an address with vector alignment, or at such an address. The room
// beside the tensor is filled with known bytes. Memory that the kernel allocates is full of garbage too, as far as the
// C library supports this: so reading memory that was never written makes the kernel wrong in every call, not in one of
// a thousand. After the call, the copies must still equal the inputs, and the filling must be unchanged. The child runs
// under limits of time, memory and output. Whatever happens to it is reported, and the next calls go on in another
// child.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/vocabulary/operation.hpp"
#include "cnnspec/kernel.h"

namespace cnnspec::checks {

/// The value of every byte of an output before the call: a NaN in each storage type, or a number of moderate size.
enum class Garbage : unsigned char { nan = 0xff, number = 0x4b };

/// Which end of a tensor touches a page that cannot be accessed. If neither does, the alignment of the tensor: only
/// that of its elements, or that of a cache line.
enum class Placement { at_begin, at_end, unaligned, aligned };
inline constexpr std::array placements{Placement::at_begin, Placement::at_end, Placement::unaligned,
                                       Placement::aligned};

/// One call.
struct Trial {
  const Operation* operation = nullptr;
  DType dtype{};
  std::vector<std::vector<std::byte>> inputs;  // in the order of Operation::inputs; an empty one is a null pointer
  Garbage garbage = Garbage::nan;
  Placement placement = Placement::at_end;
  /// Calls with the same number form a group: after a call that is not done, the rest of its group is not made.
  std::size_t group = 0;
};

struct Execution {
  enum class Ending {
    not_made,  // an earlier call of its group was not done, or its operation had hung too often
    returned,
    died,      // of a signal
    exited,    // it ended its process
    hung,      // it did not return in time
    grew,      // it took more memory than it may, and was ended
    misspoke,  // it gave an invalid answer: see `said`
  };
  Ending ending = Ending::not_made;
  int status = 0;                       // the return value, the signal, or the exit status
  std::string modified_input;           // the name of an input that was changed, or empty
  std::string overrun;                  // the name of a tensor with an access outside its bounds, or empty
  std::string said;                     // the last line that it printed before it died, if it is text; or its own error
  std::vector<std::string> more_lines;  // of its own error
  std::vector<std::byte> output;        // all outputs, one after the other
  double seconds = 0;

  bool is_done() const { return ending == Ending::returned && status == CNNSPEC_DONE; }
};

/// The limits of a child.
struct Isolation {
  double seconds_per_call = 10;
  Idx most_hung = 2;          // after this many hung calls, the operation is not called any more
  double bytes = 0x1p31;      // of memory
  std::size_t alignment = 1;  // of every tensor, in addition to the alignment of its element type
};

/// Has the calls of a kernel made.
class Host {
 public:
  virtual ~Host() = default;
  /// Makes the calls in order, in as few child processes as possible. Throws std::runtime_error if there is no process
  /// or memory left.
  virtual std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) = 0;
  /// Uses a fresh process for the next calls, if processes are kept between calls.
  virtual void renew() {}
};

/// A kernel as the judge sees it, wherever its code is.
class HostedKernel {
 public:
  virtual ~HostedKernel() = default;
  /// The name of the kernel in results.
  virtual std::string name() const = 0;
  /// Whether the kernel has this function of cnnspec/kernel.h.
  virtual bool has(Op op, DType dtype) const = 0;
  /// A host that makes the calls in processes of its own; several hosts can work side by side. It must not outlive this
  /// object. Throws std::runtime_error if there is no process or memory left.
  virtual std::unique_ptr<Host> host() const = 0;
  /// The kernel's description of itself, or an empty text.
  virtual std::string description() const { return ""; }
  /// A line that the user of the kernel should know, or an empty text.
  virtual std::string note() const { return ""; }
};

}  // namespace cnnspec::checks

// Host: the one seam between the judge and a kernel. It takes calls, and gives back what came out of each and what the
// kernel did besides computing. fork_host.hpp has those for functions of this program, library_kernel.hpp those for
// shared libraries, and worker_kernel.hpp those for programs that speak a protocol.
//
// The kernel gets copies of its inputs and outputs full of garbage. Each tensor lies between two pages that cannot be
// accessed: in one run it ends where the second begins, in another it begins where the first ends, in others it lies
// between them, one element beyond an address that vectors are aligned to, or at one. What room is left beside it is
// filled with known bytes. What the kernel allocates is full of garbage as well, as far as the C library can do that:
// memory that it reads and never wrote makes it go wrong in every call and not in one of a thousand. After the call the
// copies must still be equal to the inputs, and the filling must be what it was. The child runs under limits of time,
// memory and output; whatever it does to itself is told, and the next calls go on in another child.
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

/// What every byte of an output holds before the call: a NaN in each storage type, or a number of moderate size.
enum class Garbage : unsigned char { nan = 0xff, number = 0x4b };

/// Which end of a tensor touches a page that cannot be accessed; or, if neither does, how it is aligned: to no more
/// than an element must be, or to a line of the cache.
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
  /// Calls with the same number belong together: after one of them that is not done, the rest is not made.
  std::size_t group = 0;
};

struct Execution {
  enum class Ending {
    not_made,  // because an earlier one of its group was not done, or because its operation had hung too often
    returned,
    died,       // of a signal
    exited,     // it ended its process
    hung,       // it did not return in time
    grew,       // it took more memory than it may, and was ended
    misspoke,   // it answered something that is no answer: see `said`
  };
  Ending ending = Ending::not_made;
  int status = 0;              // what it returned; the signal; the exit status
  std::string modified_input;  // the name of an input that is not what it was, or empty
  std::string overrun;         // the name of a tensor that was read or written outside of its bounds, or empty
  std::string said;            // the last line that it printed before it died, as far as it is text
  std::vector<std::byte> output;  // all outputs, one after the other
  double seconds = 0;

  bool is_done() const { return ending == Ending::returned && status == CNNSPEC_DONE; }
};

/// What a child may use.
struct Isolation {
  double seconds_per_call = 10;
  Idx most_hung = 2;          // so many calls of one operation may hang until no more of them are made
  double bytes = 0x1p31;      // of memory
  std::size_t alignment = 1;  // of every tensor, beyond that of its element type
};

/// Whoever has the calls of a kernel made.
class Host {
 public:
  virtual ~Host() = default;
  /// Makes the calls in order, in as few child processes as it takes. Throws std::runtime_error if there is no process
  /// or memory to be had.
  virtual std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) = 0;
  /// From now on in a process that has computed nothing, where processes are kept from one time to the next.
  virtual void renew() {}
};

/// A kernel as the judge sees it, wherever its code is.
class HostedKernel {
 public:
  virtual ~HostedKernel() = default;
  /// How it is named where results are shown.
  virtual std::string name() const = 0;
  /// Whether it has that function of cnnspec/kernel.h.
  virtual bool has(Op op, DType dtype) const = 0;
  /// Somebody who has its calls made in processes that nobody else uses; several can work side by side. Does not
  /// outlive this. Throws std::runtime_error if there is no process or memory to be had.
  virtual std::unique_ptr<Host> host() const = 0;
  /// What it says about itself; or nothing.
  virtual std::string description() const { return ""; }
  /// What its user ought to know, in a line; or nothing.
  virtual std::string note() const { return ""; }
};

}  // namespace cnnspec::checks

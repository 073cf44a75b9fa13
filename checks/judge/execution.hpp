// Execution: calls of a kernel in a child process, and what it did besides computing.
//
// The kernel gets copies of its inputs and an output full of garbage. Each tensor lies between two pages that cannot be
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

#include "checks/judge/operation.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// What every byte of an output holds before the call: a NaN in each storage type, or a number of moderate size.
enum class Garbage : unsigned char { nan = 0xff, number = 0x4b };

/// Which end of a tensor touches a page that cannot be accessed; or, if neither does, how it is aligned: to no more than an
/// element must be, or to a line of the cache.
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
    died,    // of a signal
    exited,  // it ended its process
    hung     // it did not return in time
  };
  Ending ending = Ending::not_made;
  int status = 0;              // what it returned; the signal; the exit status
  std::string modified_input;  // the name of an input that is not what it was, or empty
  std::string overrun;         // the name of a tensor that was read or written outside of its bounds, or empty
  std::string said;            // the last line that it printed before it died, as far as it is text
  std::vector<std::byte> output;
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
  /// Makes the calls in order, in as few child processes as it takes. Throws std::runtime_error if there is no process or
  /// memory to be had.
  virtual std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) = 0;
};

/// Forks the children from this process.
class ForkHost : public Host {
 public:
  explicit ForkHost(const Kernel& kernel) : kernel_(kernel) {}
  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override;

 private:
  const Kernel& kernel_;
};

/// Has them forked by a process that was forked when this was made: if that was before there was much data, they have none
/// to copy, and this process's memory stays its own.
class ForkServer : public Host {
 public:
  explicit ForkServer(const Kernel& kernel);
  ForkServer(ForkServer&&) noexcept;
  ~ForkServer() override;
  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override;

 private:
  std::unique_ptr<class Starter> starter_;
};

}  // namespace cnnspec::checks

// Batch: the judge's side of calls that are made in child processes, whatever starts them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/host/call_memory.hpp"
#include "checks/host/pipe.hpp"

namespace cnnspec::checks {

/// Starts children, one at a time, and knows how each one ended.
class Starter {
 public:
  Starter() = default;
  Starter(const Starter&) = delete;
  virtual ~Starter() = default;

  virtual void start(const Task& task) = 0;
  virtual bool has_ended_within(int milliseconds) = 0;
  virtual void stop() = 0;
  /// The status as waitpid gives it, after the child has ended.
  virtual int status() = 0;

  MemoryFile& memory() { return memory_; }
  /// The last line that the child printed.
  std::string said() const { return said_.last_line(); }

 protected:
  MemoryFile memory_;
  const Pipe said_;
};

/// Makes the calls in order, in as few children as possible. A call that ends its child also ends its group; the
/// remaining calls continue in another child. Throws std::runtime_error if there is no process or memory left.
std::vector<Execution> run_batch(Starter& starter, std::span<const Trial> trials, const Isolation& isolation);

}  // namespace cnnspec::checks

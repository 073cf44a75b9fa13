// Workers: programs in any language that compute what they are asked for over a socket, with tensors in shared memory.
// docs/worker.md is the protocol. A worker stays from call to call, and is started anew after it has done what it must
// not, or has kept much memory.
#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// How a worker is started, and what its first line was.
struct WorkerCommand {
  std::string name;                // how the judge is asked for it
  std::vector<std::string> words;  // the program, and what it is told
  double patience = 0;             // so many seconds it has to say what it has
  std::string hello{};
};

class WorkerKernel : public HostedKernel {
 public:
  /// Starts the worker, and learns what it has. `command`: as one writes it for a shell, with quotes and variables; but
  /// no shell is run. Throws UsageError if it cannot be run, or does not say within `patience` seconds what it has, and
  /// std::runtime_error if there is no process or memory to be had.
  explicit WorkerKernel(const std::string& command, double patience = 60);
  ~WorkerKernel() override;

  /// "worker:COMMAND"
  std::string name() const override { return command_.name; }
  bool has(Op op, DType dtype) const override;
  /// Its worker is started with the first call, and ends with the thread that made it.
  std::unique_ptr<Host> host() const override;

 private:
  bool add(const std::string& function);

  WorkerCommand command_;
  std::array<std::bitset<op_names.size()>, dtype_names.size()> functions_{};
  mutable std::mutex mutex_;                             // of first_
  mutable std::unique_ptr<class WorkerProcess> first_;  // for the first host
};

}  // namespace cnnspec::checks

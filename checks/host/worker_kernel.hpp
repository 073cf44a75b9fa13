// Workers: programs in any language that compute what they are asked for over a socket, with tensors in shared memory.
// docs/worker.md is the protocol. A worker stays from call to call, and is started anew after it has done what it must
// not, or has kept much memory.
#pragma once

#include <memory>
#include <string>

#include "checks/host/function_set.hpp"
#include "checks/host/host.hpp"
#include "checks/host/pool.hpp"
#include "checks/host/worker_process.hpp"

namespace cnnspec::checks {

class WorkerKernel : public HostedKernel {
 public:
  /// Starts the worker, and learns what it has. `command`: as one writes it for a shell, with quotes and variables; but
  /// no shell is run. Throws UsageError if it cannot be run, or does not say within `patience` seconds what it has, and
  /// std::runtime_error if there is no process or memory to be had.
  explicit WorkerKernel(const std::string& command, double patience = 60);
  ~WorkerKernel() override;

  /// "worker:COMMAND"
  std::string name() const override { return command_.name; }
  bool has(Op op, DType dtype) const override { return functions_.has(op, dtype); }
  /// Its worker is there from the first call on, and stays for other hosts after it.
  std::unique_ptr<Host> host() const override;

 private:
  friend class WorkerHost;
  WorkerCommand command_;
  FunctionSet functions_;
  mutable Pool<WorkerProcess> idle_;
};

}  // namespace cnnspec::checks

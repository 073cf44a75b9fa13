// Workers: programs in any language that compute on request over a socket, with tensors in shared memory.
// docs/worker.md describes the protocol. A worker is kept between calls. It is restarted after a violation, or if it
// has kept much memory.
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
  /// Starts the worker, and learns which functions it has. `command`: as written for a shell, with quotes and
  /// variables; but no shell is run. Throws UsageError if it cannot be run, or does not report its functions within
  /// `patience` seconds. Throws std::runtime_error if there is no process or memory left.
  explicit WorkerKernel(const std::string& command, double patience = 60);
  explicit WorkerKernel(WorkerCommand command);
  ~WorkerKernel() override;

  /// "worker:COMMAND", or as the command was given
  std::string name() const override { return command_.name; }
  bool has(Op op, DType dtype) const override { return functions_.has(op, dtype); }
  /// The worker starts with the first call of the host, and stays for other hosts afterwards.
  std::unique_ptr<Host> host() const override;

 private:
  friend class WorkerHost;
  WorkerCommand command_;
  FunctionSet functions_;
  mutable Pool<WorkerProcess> idle_;
};

}  // namespace cnnspec::checks

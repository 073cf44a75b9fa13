// Hosts for functions of this program: the processes that call them are forked from it.
#pragma once

#include "checks/host/host.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Forks the children from this process.
class ForkHost : public Host {
 public:
  explicit ForkHost(const Kernel& kernel) : kernel_(kernel) {}
  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override;

 private:
  const Kernel& kernel_;
};

/// Has them forked by a process that was forked when this was made: if that was before there was much data, they have
/// none to copy, and this process's memory stays its own.
class ForkServer : public Host {
 public:
  explicit ForkServer(const Kernel& kernel);
  ForkServer(ForkServer&&) noexcept;
  ~ForkServer() override;
  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override;

 private:
  std::unique_ptr<class ForkedServer> server_;
};

/// The functions of this program, with a ForkServer for a host.
class FunctionKernel : public HostedKernel {
 public:
  explicit FunctionKernel(const Kernel& kernel) : kernel_(kernel) {}
  std::string name() const override { return kernel_.name; }
  bool has(Op op, DType dtype) const override { return checks::has(kernel_, op, dtype); }
  std::unique_ptr<Host> host() const override { return std::make_unique<ForkServer>(kernel_); }

 private:
  const Kernel kernel_;
};

}  // namespace cnnspec::checks

// Hosts for functions of this program: the processes that call them are forks of this process.
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

/// Lets a server process fork the children. The server is forked when this object is made. If that is before there is
/// much data, the children have none to copy, and the memory of this process stays private.
class ForkServer : public Host {
 public:
  explicit ForkServer(const Kernel& kernel);
  ForkServer(ForkServer&&) noexcept;
  ~ForkServer() override;
  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override;

 private:
  std::unique_ptr<class ForkedServer> server_;
};

/// The functions of this program, with a ForkServer as host.
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

// Kernels in shared libraries, in separate processes: the program cnnspec-host loads the library. So neither the
// library nor its dependencies are in the process that judges.
#pragma once

#include <memory>
#include <string>

#include "checks/host/hello.hpp"
#include "checks/host/host.hpp"
#include "checks/host/pool.hpp"
#include "checks/kernels/loader.hpp"

namespace cnnspec::checks {

class LibraryKernel : public HostedKernel {
 public:
  /// `name`: shown in results. Starts a first process that loads the library. Throws UsageError if the library cannot
  /// be judged (see load_kernel), or if cnnspec-host is not found or has another version.
  LibraryKernel(std::string name, LibraryFile file);
  ~LibraryKernel() override;

  std::string name() const override { return name_; }
  bool has(Op op, DType dtype) const override { return hello_.functions.has(op, dtype); }
  std::unique_ptr<Host> host() const override;
  std::string description() const override { return hello_.description.str(); }
  std::string note() const override;

 private:
  friend class LibraryHost;
  const std::string name_;
  const LibraryFile file_;
  Hello hello_{};
  mutable Pool<class HostProcess> idle_;
};

}  // namespace cnnspec::checks

// A kernel to be judged, as the command line names it.
#pragma once

#include <memory>
#include <string>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// The kernel of a name (a built-in one, or a variant of im2col), of the path of a shared library, or of
/// worker:COMMAND. `library`: what a built-in kernel calls instead of the library that it was built with; empty: that
/// one. Throws UsageError if there is no such kernel, or if it cannot be judged.
std::unique_ptr<HostedKernel> open_kernel(const std::string& given, const std::string& library = "");

}  // namespace cnnspec::checks

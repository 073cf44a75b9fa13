// A kernel to be judged, as the command line names it.
#pragma once

#include <memory>
#include <string>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// Opens the kernel with this name (a built-in one, or a variant of im2col), with this path of a shared library, with
/// worker:COMMAND, or with python:MODULE:FUNCTION. `library`: called by a built-in kernel instead of the library that
/// it was built with; empty: that one. Throws UsageError if there is no such kernel, or if it cannot be judged.
std::unique_ptr<HostedKernel> open_kernel(const std::string& given, const std::string& library = "");

}  // namespace cnnspec::checks

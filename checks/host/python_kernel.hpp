// Python kernels: functions that the worker of the Python package calls (python/README.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

inline constexpr std::string_view python_prefix = "python:";

/// Starts the worker for "python:MODULE:FUNCTION" or "python:FILE.py:FUNCTION", which may be followed by options of
/// the worker, as for a shell. The interpreter is $CNNSPEC_PYTHON; else python3 beside this program; else that of PATH.
/// Throws UsageError if the worker does not start, or does not find the function.
std::unique_ptr<HostedKernel> open_python_kernel(const std::string& given);

/// Whether its tensors have one of several layouts. Then the problem decides which.
bool mixes_layouts(std::string_view kernel);

}  // namespace cnnspec::checks

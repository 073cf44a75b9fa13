#include "checks/host/open_kernel.hpp"

#include "checks/host/library_kernel.hpp"
#include "checks/host/python_kernel.hpp"
#include "checks/host/worker_kernel.hpp"
#include "checks/kernels/built_in.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::string_view worker_prefix = "worker:";

/// The names of the built-in kernels that call a library.
std::string names_of_callers() {
  std::vector<std::string> names;
  for (const BuiltInKernel& kernel : built_in_kernels())
    if (kernel.calls_library) names.push_back(kernel.name);
  return joined(names, ", ");
}

void refuse_library(const std::string& given) {
  throw UsageError("--library", "", "a kernel that calls a library: " + names_of_callers(), in_quotes(given));
}

}  // namespace

std::unique_ptr<HostedKernel> open_kernel(const std::string& given, const std::string& library) {
  const std::vector<BuiltInKernel> known = built_in_kernels();
  const bool calls_library =
      std::ranges::any_of(known, [&](const auto& k) { return k.name == given && k.calls_library; });
  if (!library.empty() && !calls_library) refuse_library(given);
  if (given.starts_with(worker_prefix)) return std::make_unique<WorkerKernel>(given.substr(worker_prefix.size()));
  if (given.starts_with(python_prefix)) return open_python_kernel(given);
  if (is_built_in_kernel(given)) return std::make_unique<LibraryKernel>(given, LibraryFile{plugin_of(given), library});
  require_path(given, "the path of a shared library, worker:COMMAND, or python:MODULE:FUNCTION");
  return std::make_unique<LibraryKernel>(given, LibraryFile{given, ""});
}

}  // namespace cnnspec::checks

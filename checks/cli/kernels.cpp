// cnnspec kernels: the built-in kernels.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "checks/cli/commands.hpp"
#include "checks/host/open_kernel.hpp"
#include "checks/judge/judge.hpp"
#include "checks/kernels/built_in.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// A line for each operation that the kernel has, with its storage types.
std::string functions_of(const HostedKernel& kernel) {
  std::string text;
  for (const Op op : all_ops()) {
    std::vector<std::string> types;
    for (const JudgedOperation& o : operations_to_judge(kernel, {op}, {})) types.push_back(name_of(o.dtype));
    if (!types.empty()) text += fmt::format("    {:<24} {}\n", name_of(op), joined(types, " "));
  }
  return text;
}

ExitStatus run_kernels() {
  for (const BuiltInKernel& kernel : built_in_kernels()) {
    print(fmt::format("{:<8} {}", kernel.name, kernel.description));
    if (!kernel.absent_because.empty()) {
      print(fmt::format("\n    not available: {}\n", kernel.absent_because));
      continue;
    }
    const std::unique_ptr<HostedKernel> opened = open_kernel(kernel.name);
    print(kernel.calls_library ? fmt::format(": {}\n", opened->description()) : "\n");
    print(functions_of(*opened));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_kernels(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("kernels", "List the built-in kernels, and the operations that they have");
  command->callback([&session] { session.run = run_kernels; });
}

}  // namespace cnnspec::checks

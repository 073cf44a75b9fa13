// cnnspec kernels: the kernels that are built in.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "checks/cli/commands.hpp"
#include "checks/cli/output_file.hpp"
#include "checks/describe/text.hpp"
#include "checks/judge/judge.hpp"
#include "checks/kernels/registry.hpp"

namespace cnnspec::checks {
namespace {

/// A line for each operation that the kernel has, with its storage types.
std::string functions_of(const Kernel& kernel) {
  std::string text;
  for (std::size_t n = 0; n < op_names.size(); ++n) {
    std::vector<std::string> dtypes;
    for (const JudgedOperation& o : operations_to_judge(kernel, {static_cast<Op>(n)}, {}))
      dtypes.push_back(name_of(o.dtype));
    if (!dtypes.empty()) text += fmt::format("    {:<24} {}\n", op_names[n], joined(dtypes, " "));
  }
  return text;
}

ExitStatus run_kernels() {
  for (const BuiltInKernel& kernel : built_in_kernels()) {
    print(fmt::format("{:<8} {}\n", kernel.name, kernel.description));
    print(kernel.absent_because.empty() ? functions_of(find_kernel(kernel.name))
                                        : fmt::format("    not available: {}\n", kernel.absent_because));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_kernels(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("kernels", "List the built-in kernels, and the operations that they have");
  command->callback([&session] { session.run = run_kernels; });
}

}  // namespace cnnspec::checks

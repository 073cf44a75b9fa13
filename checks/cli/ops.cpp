// cnnspec ops: the operations that can be judged.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "checks/cli/commands.hpp"
#include "checks/cli/output_file.hpp"
#include "checks/judge/descriptor.hpp"
#include "checks/judge/operation.hpp"

namespace cnnspec::checks {
namespace {

/// A problem of each family, to see the tensors of its operations and how it is written.
constexpr std::array<const char*, 4> examples{"mb2ic16ih7oc16oh7kh5ph2", "mb16ic64ih32oh16kh3sh2ph1", "8x16x7x7",
                                              "mb1ic256oc1000"};

ExitStatus run_ops() {
  print(fmt::format("{:<24} {:<16} {}\n", "operation", "tensors", "a problem, for --case"));
  for (std::size_t n = 0; n < op_names.size(); ++n) {
    const Op op = static_cast<Op>(n);
    const char* example = examples[static_cast<std::size_t>(family_of(op))];
    const Operation operation = operation_of(op, parse_descriptor(family_of(op), example));
    std::string tensors;
    for (const TensorInfo& input : operation.inputs) tensors += std::string(input.name) + " ";
    print(fmt::format("{:<24} {:<16} {}\n", op_names[n], tensors + "-> " + operation.output.name, example));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_ops(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("ops", "List the operations that can be judged");
  command->callback([&session] { session.run = run_ops; });
}

}  // namespace cnnspec::checks

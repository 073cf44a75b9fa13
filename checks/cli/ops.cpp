// cnnspec ops: the operations that can be judged.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "checks/cli/commands.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/operation.hpp"

namespace cnnspec::checks {
namespace {

ExitStatus run_ops() {
  print(fmt::format("{:<24} {:<16} {}\n", "operation", "tensors", "a problem, for --case"));
  for (const Op op : all_ops()) {
    const Layer& layer = layer_of(op);
    const Operation operation = operation_of(op, parse_descriptor(layer.id, layer.example));
    std::string tensors;
    for (const TensorInfo& t : operation.inputs) tensors += std::string(t.name) + " ";
    tensors += "->";
    for (const TensorInfo& t : operation.outputs) tensors += std::string(" ") + t.name;
    print(fmt::format("{:<24} {:<16} {}\n", name_of(op), tensors, layer.example));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_ops(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("ops", "List the operations that can be judged");
  command->callback([&session] { session.run = run_ops; });
}

}  // namespace cnnspec::checks

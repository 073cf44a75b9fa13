// cnnspec show: a network as a table, JSON, a diagram or a PyTorch program.
#include "checks/describe/show.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "checks/cli/commands.hpp"
#include "checks/describe/network_json.hpp"
#include "checks/describe/networks.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

struct ShowOptions {
  std::string net, format = "table", config, out = "-";
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  names.reserve(show_formats.size());
  for (const ShowFormat& format : show_formats) names.push_back(format.name);
  return names;
}

ExitStatus run_show(const ShowOptions& options) {
  const auto format = std::find_if(show_formats.begin(), show_formats.end(),
                                   [&](const ShowFormat& f) { return f.name == options.format; });
  if (format == show_formats.end())
    throw UsageError("--format", "", one_of(format_names(), options.format), in_quotes(options.format));
  write_output(options.out, format->show(summarize(load_network(options.net, options.config))));
  return ExitStatus::ok;
}

}  // namespace

void add_show(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("show", "Show a network: its layers, shapes and parameter counts");
  const auto options = std::make_shared<ShowOptions>();
  command
      ->add_option("NET", options->net,
                   joined(built_in_networks, ", ") + ", the path of a JSON description, or - for standard input")
      ->required();
  command->add_option("--format", options->format, joined(format_names(), ", ") + " (default: table)")
      ->type_name("FORMAT");
  command->add_option("--config", options->config, "settings of a built-in network")->type_name("K=V,...");
  command->add_option("--out", options->out, "write to FILE, not to standard output")->type_name("FILE");
  command->footer("Settings of the built-in networks, with their defaults:\n  " + format_config({}) + R"(

A JSON description:
)" + network_example +
                  window_help() + R"(
In the table, padding is shown as n, height x width, or top,left,bottom,right. Mult-adds count every parameter, biases
included, once for each output position, as torchinfo does.

Examples:
  cnnspec show cnn2
  cnnspec show cnn2 --config in_h=32,in_w=32,c1=32,c2=64
  cnnspec show cnn-relu --format json --out net.json && cnnspec show net.json
  cnnspec show net.json --format dot | dot -Tsvg -o net.svg
  cnnspec show net.json --format pytorch --out net.py && python3 net.py)");
  command->callback([&session, options] { session.run = [options] { return run_show(*options); }; });
}

}  // namespace cnnspec::checks

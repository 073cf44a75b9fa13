// cnnspec conventions: the rules of libraries that deviate from the definition.
#include <CLI/CLI.hpp>
#include <memory>

#include "checks/cli/commands.hpp"
#include "checks/conventions/page.hpp"
#include "checks/output/output_file.hpp"

namespace cnnspec::checks {

void add_conventions(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("conventions", "List the conventions that `cnnspec judge --accept` knows");
  const auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown,
                    "print the page about them: for each, its rule and a proof of what is right");
  command->callback([&session, markdown] {
    session.run = [markdown] {
      print(*markdown ? page_of_conventions() : list_of_conventions());
      return ExitStatus::ok;
    };
  });
}

}  // namespace cnnspec::checks

// The command line. Exit statuses are those of ExitStatus; every error is one line on standard error.
#include <fcntl.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <new>
#include <sstream>

#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/keep_memory.hpp"
#include "checks/output/output_file.hpp"
#include "checks/version.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {
namespace {

void add_commands(CLI::App& app, Session& session) {
  for (const auto add :
       {add_judge, add_golden, add_compare, add_gradcheck, add_census, add_report, add_show, add_kernels, add_ops,
        add_conventions})
    add(app, session);
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// The options of `app`, and those of the program, as they may also stand after a command.
std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      for (const std::string& name : option->get_lnames())
        if (level == &app || name != "help") names.push_back("--" + name);
  return names;
}

/// Reports a mistake in the command line; in our own words if there is a suggestion.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& e) {
  const auto chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  for (const std::string& word : app.remaining(true)) {
    if (word.size() > 1 && word[0] == '-')
      throw UsageError("option", "", one_of(names_of_options(command), word), in_quotes(word));
    if (chosen.empty()) throw UsageError("command", "", one_of(names_of_commands(app), word), in_quotes(word));
  }
  const std::string help = "cnnspec " + (chosen.empty() ? "" : command.get_name() + " ") + "--help";
  throw UsageError(fmt::format("{} (see {})", e.what(), help), "", "", "");
}

/// Prints the text of --help or --version.
ExitStatus answer(const CLI::App& app, const CLI::ParseError& e) {
  std::ostringstream out, err;
  if (app.exit(e, out, err) != 0) refuse(app, e);
  print(out.str());
  return ExitStatus::ok;
}

ExitStatus run(int argc, char** argv) {
  CLI::App app("An executable specification of a convolutional network, and a judge of kernels.",
               "cnnspec");
  Session session;
  app.add_option_function<std::string>(
         "--color",
         [&](const std::string& text) { session.color = value_of<ColorMode>(color_mode_names, "--color", text); },
         "colours: auto (the default), always or never")
      ->type_name("WHEN");
  app.set_version_flag("--version", std::string("cnnspec ") + version());
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit status: 0 all is well; 1 found wrong; 2 bad usage or input; 3 passed, but vacuously.\n"
      "`cnnspec COMMAND --help` tells more, with examples.");
  add_commands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return answer(app, e);
  }
  return session.run();
}

/// Without this, the next opened file would get a descriptor that is closed at the start, and would receive printed
/// text. Here the descriptor is opened in the wrong direction, so that its use fails as on a closed one.
void occupy_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1) (void)!::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

ExitStatus complain(ExitStatus status, const std::string& message) {
  std::fputs(("cnnspec: " + message + "\n").c_str(), stderr);
  return status;
}

ExitStatus run_and_report(int argc, char** argv) {
  try {
    const ExitStatus status = run(argc, argv);
    finish_standard_output();
    return status;
  } catch (const UsageError& e) {
    return complain(ExitStatus::bad_input, e.what());
  } catch (const ShapeError& e) {
    return complain(ExitStatus::bad_input, e.what());
  } catch (const OutputError& e) {
    return complain(ExitStatus::bad_input, e.what());
  } catch (const std::bad_alloc&) {
    return complain(ExitStatus::bad_input, "not enough memory");
  } catch (const std::exception& e) {
    return complain(ExitStatus::internal_error, fmt::format("internal error, a bug in cnnspec: {}", e.what()));
  }
}

}  // namespace
}  // namespace cnnspec::checks

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away must not end a run, whose exit status is its verdict
  std::signal(SIGXFSZ, SIG_IGN);  // the writer of a file reports that it is too large
  std::signal(SIGCHLD, SIG_DFL);  // the parent may have made it ignored; here the status of children matters
  cnnspec::checks::occupy_standard_descriptors();
  cnnspec::checks::keep_freed_memory();
  return static_cast<int>(cnnspec::checks::run_and_report(argc, argv));
}

// The commands of cnnspec: one function here and one file each. A command adds its subcommand and options to `app`. If
// it is chosen, it sets session.run, which main then runs.
#pragma once

#include <functional>

#include "checks/output/terminal.hpp"

namespace CLI {
class App;
}

namespace cnnspec::checks {

enum class ExitStatus : int {
  ok = 0,
  found_wrong = 1,     // the kernel, or the specification, is wrong
  bad_input = 2,       // usage, text, files, or output that cannot be written
  vacuous = 3,         // passed, but nothing was judged, or a mistake would not have shown
  internal_error = 70  // a bug in cnnspec
};

/// The state that all commands share.
struct Session {
  ColorMode color = ColorMode::automatic;  // --color
  std::function<ExitStatus()> run;
};

void add_census(CLI::App& app, Session& session);
void add_compare(CLI::App& app, Session& session);
void add_conventions(CLI::App& app, Session& session);
void add_golden(CLI::App& app, Session& session);
void add_gradcheck(CLI::App& app, Session& session);
void add_judge(CLI::App& app, Session& session);
void add_kernels(CLI::App& app, Session& session);
void add_ops(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_show(CLI::App& app, Session& session);

}  // namespace cnnspec::checks

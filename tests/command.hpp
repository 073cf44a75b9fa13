// Running the cnnspec command, for tests of the command line. CNNSPEC_COMMAND is its path.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/folder.hpp"

namespace cnnspec::tests {

struct Outcome {
  int status;  // 128 + the signal that ended it
  std::string out, err;
};

/// A line of shell.
inline Outcome shell(const std::string& line) {
  const Folder folder;
  const int raw =
      std::system(("{ " + line + "\n} >'" + folder / "out" + "' 2>'" + folder / "err" + "' </dev/null").c_str());
  const int status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return {status, content_of(folder / "out"), content_of(folder / "err")};
}

inline std::string command() { return std::string("'") + CNNSPEC_COMMAND + "'"; }

/// `cnnspec ARGUMENTS`, the arguments as the shell reads them.
inline Outcome cnnspec(const std::string& arguments) { return shell(command() + " " + arguments); }

}  // namespace cnnspec::tests

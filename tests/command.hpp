// Runs the cnnspec command, for tests of the command line. CNNSPEC_COMMAND is its path.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/folder.hpp"

namespace cnnspec::tests {

struct Outcome {
  int status;  // or 128 + the signal that ended it
  std::string out, err;
};

/// Runs a line of shell.
inline Outcome shell(const std::string& line) {
  const Folder folder;
  const int raw =
      std::system(("{ " + line + "\n} >'" + folder / "out" + "' 2>'" + folder / "err" + "' </dev/null").c_str());
  const int status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return {status, content_of(folder / "out"), content_of(folder / "err")};
}

/// A path, quoted for the shell.
inline std::string quoted(const std::string& path) { return std::string(1, '\'').append(path).append(1, '\''); }

inline std::string command() { return quoted(CNNSPEC_COMMAND); }

/// Runs `cnnspec ARGUMENTS`; the shell splits the arguments.
inline Outcome cnnspec(const std::string& arguments) { return shell(command() + " " + arguments); }

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Bad input gives status 2, no standard output, and one line that contains `part`.
inline void expect_refused(const Outcome& o, const std::string& part) {
  EXPECT_EQ(o.status, 2) << part;
  EXPECT_EQ(o.out, "");
  EXPECT_EQ(o.err.rfind("cnnspec: ", 0), 0u) << o.err;
  EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  EXPECT_TRUE(contains(o.err, part)) << o.err;
}
inline void expect_refused(const std::string& arguments, const std::string& part) {
  SCOPED_TRACE(arguments);
  expect_refused(cnnspec(arguments), part);
}

}  // namespace cnnspec::tests

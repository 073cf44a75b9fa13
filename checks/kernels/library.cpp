#include "checks/kernels/library.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "checks/child_process.hpp"
#include "checks/kernels/loader.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Loading runs the library's own code, and a truncated file raises SIGBUS. So a child process tries it first.
void rehearse(const std::string& path) {
  constexpr int through = 99;  // a status that a library is unlikely to exit with
  constexpr unsigned longest_s = 20;
  const pid_t child = fork_child();
  if (child < 0)
    throw LoadError{path, "", "a shared library", std::string("no process to load it in: ") + std::strerror(errno)};
  if (child == 0) {
    alarm(longest_s);
    const int nowhere = open("/dev/null", O_WRONLY);  // else the library's output would appear twice
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    try {
      load_into_this_process({path, ""});
    } catch (const LoadError&) {  // the parent will get the same error
    }
    leave(through);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == through) return;
  throw LoadError{path, "", "a shared library", "a file that ends the process that loads it" + signal_in_words(status)};
}

}  // namespace

Kernel load_kernel(const std::string& path) {
  try {
    absolute_path_of_library(path);
    rehearse(path);
    return load_into_this_process({path, ""});
  } catch (const LoadError& e) {
    throw UsageError(e.where, e.position, e.expected, e.given);
  }
}

}  // namespace cnnspec::checks

#include "checks/host/supervise.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "checks/child_process.hpp"
#include "checks/host/hello.hpp"
#include "checks/host/serve.hpp"

namespace cnnspec::checks {
namespace {

/// In the child: becomes the worker.
[[noreturn]] void become_worker(char* const* words) {
  setpgid(0, 0);                     // its own children are killed with it
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // it is killed with this process
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(said_of_host, STDOUT_FILENO);
  dup2(said_of_host, STDERR_FILENO);
#if defined(SYS_close_range)
  constexpr unsigned on_exec = 1U << 2;  // CLOSE_RANGE_CLOEXEC, which older headers do not have
  syscall(SYS_close_range, said_of_host, ~0U, on_exec);
#endif
  for (const int descriptor : {said_of_host, judge_of_host}) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  execvp(words[0], words);
  char message[1 + sizeof errno] = {is_not_run};
  std::memcpy(message + 1, &errno, sizeof errno);
  send(socket_of_host, message, sizeof message, MSG_NOSIGNAL);
  _exit(EXIT_FAILURE);
}

/// Ends this process in the same way as the worker ended.
[[noreturn]] void end_as(int status) {
  if (WIFSIGNALED(status)) {
    std::signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  leave(WEXITSTATUS(status));
}

}  // namespace

void supervise_worker(char* const* words) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const pid_t worker = fork_child();
  if (worker == 0) become_worker(words);
  close(socket_of_host), close(memory_of_host);
  send(judge_of_host, &worker, sizeof worker, MSG_NOSIGNAL);
  if (worker < 0) leave(EXIT_FAILURE);
  const int status = status_of(worker, judge_of_host);
  end_what_is_left();
  end_as(status);
}

}  // namespace cnnspec::checks

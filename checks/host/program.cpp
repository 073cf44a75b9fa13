// cnnspec-host: loads a kernel's library and has its functions called, each batch of calls in a separate process. It is
// linked with nothing that a kernel might also contain. cnnspec starts it before there is any data.
//
//   cnnspec-host PARENT LIBRARY INSTEAD           says hello, then serves
//   cnnspec-host --once PARENT LIBRARY INSTEAD    makes the calls of one task, which it reads from the descriptor
//                                                 of the socket: for libraries with threads, as fork copies none
//   cnnspec-host --worker PARENT WORD...          runs a worker (supervise.hpp)
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "checks/child_process.hpp"
#include "checks/host/calls.hpp"
#include "checks/host/hello.hpp"
#include "checks/host/serve.hpp"
#include "checks/host/supervise.hpp"
#include "checks/kernels/loader.hpp"

namespace cnnspec::checks {
namespace {

struct Descriptors {
  int socket, memory, said;
};

/// Moves the descriptors to high numbers, for libraries that close the first ones.
Descriptors out_of_the_way() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t far = 200, needed = 8;
  const auto first = static_cast<int>(limit.rlim_cur > far + needed ? far : limit.rlim_cur / 2);
  const auto moved = [&](int descriptor) {
    const int result = fcntl(descriptor, F_DUPFD_CLOEXEC, first);
    if (result < 0) return descriptor;
    close(descriptor);
    return result;
  };
  const Descriptors d{moved(socket_of_host), moved(memory_of_host), moved(said_of_host)};
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(d.said, STDOUT_FILENO);
  dup2(d.said, STDERR_FILENO);
  if (nothing > STDERR_FILENO) close(nothing);
  return d;
}

/// Undoes what a library did to the signals when it was loaded.
void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

int threads_of_this_process() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/task", error);
  return error ? 1 : static_cast<int>(std::distance(begin(all), end(all)));
}

/// Ends when its parent ends. (Later, while it waits on the socket, the end of the thread that started it does not end
/// it.)
void stay_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);
}

Hello hello_of(const LibraryFile& file, Kernel& kernel) {
  Hello hello{};
  hello.version = CNNSPEC_VERSION;
  try {
    kernel = load_into_this_process(file);
  } catch (const LoadError& e) {
    hello.where = e.where, hello.position = e.position, hello.expected = e.expected, hello.given = e.given;
    return hello;
  }
  hello.is_loaded = true;
  hello.description = kernel.description;
  for (const DTypeRow& row : dtype_rows)
    for (const NamedOp& named : named_ops) hello.functions.set(named.op, row.dtype, has(kernel, named.op, row.dtype));
  return hello;
}

/// Starts a process that loads the same library again. It reads the task from the descriptor of the socket.
pid_t start_anew(const Task& task, const Descriptors& d, char** arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const std::string self = std::to_string(getpid());
  std::vector<char*> words{arguments[0], const_cast<char*>("--once"), const_cast<char*>(self.c_str())};
  for (char** argument = arguments + 2; *argument != nullptr; ++argument) words.push_back(*argument);
  words.push_back(nullptr);
  const bool is_written = write(ends[1], &task, sizeof task) == sizeof task;
  const pid_t child = is_written ? fork_child() : -1;
  if (child == 0) {  // a fork of a process with threads: only system calls are allowed
    setpgid(0, 0);
    dup2(ends[0], socket_of_host), dup2(d.memory, memory_of_host), dup2(d.said, said_of_host);
    fcntl(socket_of_host, F_SETFD, 0);  // if both numbers are equal, dup2 keeps the close-on-exec flag
    execv("/proc/self/exe", words.data());
    _exit(EXIT_FAILURE);
  }
  close(ends[0]), close(ends[1]);
  return child;
}

[[noreturn]] void make_calls_of_one_task(const LibraryFile& file, const Descriptors& d) {
  Task task;
  Kernel kernel;
  const bool is_read = read(d.socket, &task, sizeof task) == sizeof task;
  if (!is_read || !hello_of(file, kernel).is_loaded) std::abort();  // the library was loaded once before
  reset_signals();
  make_calls(kernel, d.memory, d.said, task, KeptBlocks::are_not);
}

[[noreturn]] void serve_library(const LibraryFile& file, const Descriptors& d, char** arguments) {
  Kernel kernel;
  Hello hello = hello_of(file, kernel);
  reset_signals();
  prctl(PR_SET_PDEATHSIG, 0);
  hello.threads = threads_of_this_process();
  send(d.socket, &hello, sizeof hello, MSG_NOSIGNAL);
  if (!hello.is_loaded) end_what_is_left(), leave(EXIT_FAILURE);
  prctl(PR_SET_DUMPABLE, 0);  // the kernel must not access the descriptors and the memory of this process
  serve(d.socket, [&](const Task& task) {
    if (hello.threads > 1) return start_anew(task, d, arguments);
    const pid_t child = fork_child();
    if (child == 0) {
      prctl(PR_SET_DUMPABLE, 1);
      close(d.socket);
      make_calls(kernel, d.memory, d.said, task, KeptBlocks::are_not);
    }
    return child;
  });
}

int run(int count, char** arguments) {
  const std::string mode = count > 1 ? arguments[1] : "";
  const bool once = mode == "--once" && count == 5, worker = mode == "--worker" && count > 3;
  struct stat socket {};
  if ((count != 4 && !once && !worker) || fstat(socket_of_host, &socket) != 0) {
    std::fputs("cnnspec-host: this program is started by cnnspec, to call a kernel\n", stderr);
    return 2;
  }
  char** const given = arguments + (once || worker ? 2 : 1);
  stay_with_parent(std::atoi(given[0]));
  if (worker) {
    prctl(PR_SET_PDEATHSIG, 0);  // it ends after the worker and its children, when the judge closes its socket
    supervise_worker(given + 1);
  }
  const LibraryFile file{given[1], given[2]};
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // also adopts processes that the library starts while it is loaded
  const Descriptors d = out_of_the_way();
  if (once) make_calls_of_one_task(file, d);
  serve_library(file, d, arguments);
}

}  // namespace
}  // namespace cnnspec::checks

int main(int count, char** arguments) { return cnnspec::checks::run(count, arguments); }

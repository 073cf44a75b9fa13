#include "checks/host/fork_host.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "checks/child_process.hpp"
#include "checks/host/calls.hpp"
#include "checks/host/serve.hpp"
#include "checks/host/server.hpp"

namespace cnnspec::checks {
namespace {

/// Forks the children itself.
class Forker : public Starter {
 public:
  explicit Forker(const Kernel& kernel) : kernel_(kernel) {}

  void start(const Task& task) override {
    pid_ = fork_child();
    if (pid_ < 0) no_resource("process");
    if (pid_ == 0) make_calls(kernel_, memory_.descriptor(), said_.write_end, task, KeptBlocks::are_there);
    end_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));  // readable once it has ended
  }
  bool has_ended_within(int milliseconds) override {
    if (end_ >= 0) return is_readable(end_, milliseconds);
    // A system without pidfds: ask every millisecond.
    poll(nullptr, 0, 1);
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }
  void stop() override { kill(pid_, SIGKILL); }
  int status() override {
    if (end_ >= 0) close(end_);
    kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    return status;
  }

 private:
  const Kernel& kernel_;
  pid_t pid_ = -1;
  int end_ = -1;
};

}  // namespace

/// A process that was forked from this one.
class ForkedServer : public Server {
 public:
  explicit ForkedServer(const Kernel& kernel) : kernel_(kernel) { begin(); }
  ~ForkedServer() override { end(); }

 private:
  Process begun() override {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) no_resource("process");
    const pid_t pid = fork_child();
    if (pid == 0) close(ends[0]), serve_calls(ends[1]);
    close(ends[1]);
    if (pid < 0) close(ends[0]), no_resource("process");
    return {pid, ends[0]};
  }

  [[noreturn]] void serve_calls(int socket) const {
    setpgid(0, 0);                     // ^C is for the judge
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // it does not outlive the judge
    serve(socket, [&](const Task& task) {
      const pid_t child = fork_child();
      if (child == 0)
        close(socket), make_calls(kernel_, memory_.descriptor(), said_.write_end, task, KeptBlocks::are_there);
      return child;
    });
  }

  const Kernel kernel_;
};

std::vector<Execution> ForkHost::execute(std::span<const Trial> trials, const Isolation& isolation) {
  if (trials.empty()) return {};
  Forker forker(kernel_);
  return run_batch(forker, trials, isolation);
}

ForkServer::ForkServer(const Kernel& kernel) : server_(std::make_unique<ForkedServer>(kernel)) {}
ForkServer::ForkServer(ForkServer&&) noexcept = default;
ForkServer::~ForkServer() = default;

std::vector<Execution> ForkServer::execute(std::span<const Trial> trials, const Isolation& isolation) {
  return run_batch(*server_, trials, isolation);
}

}  // namespace cnnspec::checks

#include "checks/host/library_kernel.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "checks/child_process.hpp"
#include "checks/host/server.hpp"
#include "checks/host/spawn.hpp"
#include "checks/places.hpp"
#include "checks/version.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr int longest_load_ms = 20'000;

}  // namespace

/// A process of cnnspec-host.
class HostProcess : public Server {
 public:
  explicit HostProcess(const LibraryFile& file) : file_(file) { begin(); }
  ~HostProcess() override { end(); }

  const Hello& hello() const { return hello_; }

 private:
  Process begun() override {
    const std::string program = place_of_part("cnnspec-host");
    Spawn spawn;
    spawn.hand_over(memory_.descriptor(), memory_of_host);
    spawn.hand_over(said_.write_end, said_of_host);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) no_resource("process");
    Process p{-1, ends[0]};
    if (spawn.hands_over(ends[1], socket_of_host))
      p.pid = spawn.start(program, {std::to_string(getpid()), file_.path, file_.instead});
    spawn.close_ours();
    close(ends[1]);
    if (p.pid < 0) {
      close(p.socket);
      throw UsageError(program, "", "a program", std::strerror(errno));
    }
    receive_hello(p, program);
    return p;
  }

  /// Ends the process if its hello message is not valid.
  void receive_hello(const Process& p, const std::string& program) {
    hello_ = {};
    const bool is_in_time = is_readable(p.socket, longest_load_ms);
    const ssize_t bytes = is_in_time ? recv(p.socket, &hello_, sizeof hello_, 0) : 0;
    const bool is_ours = hello_.version.str() == version();
    if (bytes == sizeof hello_ && is_ours && hello_.is_loaded) return;
    if (!is_in_time) kill(p.pid, SIGKILL);
    close(p.socket);
    const int status = end_process(p.pid);
    if (!is_in_time)
      throw UsageError(file_.path, "", "a shared library", "a file that does not load within 20 seconds");
    if (bytes <= 0)
      throw UsageError(file_.path, "", "a shared library",
                       "a file that ends the process that loads it" + signal_in_words(status));
    if (!is_ours)
      throw UsageError(program, "", std::string("version ") + version(), "version " + hello_.version.str());
    throw UsageError(hello_.where.str(), hello_.position.str(), hello_.expected.str(), hello_.given.str());
  }

  const LibraryFile& file_;
  Hello hello_{};
};

/// Takes a process for the time of its calls.
class LibraryHost : public Host {
 public:
  explicit LibraryHost(const LibraryKernel& kernel) : kernel_(kernel) {}

  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override {
    if (trials.empty()) return {};
    std::unique_ptr<HostProcess> process = kernel_.idle_.take();
    if (!process) process = std::make_unique<HostProcess>(kernel_.file_);
    std::vector<Execution> executions = run_batch(*process, trials, isolation);
    kernel_.idle_.put(std::move(process));
    return executions;
  }

 private:
  const LibraryKernel& kernel_;
};

LibraryKernel::LibraryKernel(std::string name, LibraryFile file) : name_(std::move(name)), file_(std::move(file)) {
  auto first = std::make_unique<HostProcess>(file_);
  hello_ = first->hello();
  idle_.put(std::move(first));
}

LibraryKernel::~LibraryKernel() = default;

std::unique_ptr<Host> LibraryKernel::host() const { return std::make_unique<LibraryHost>(*this); }

std::string LibraryKernel::note() const {
  if (hello_.threads <= 1) return "";
  return file_.path + " starts threads when it is loaded: each process that calls it loads it anew, which takes longer";
}

}  // namespace cnnspec::checks

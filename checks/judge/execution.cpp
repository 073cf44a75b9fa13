#include "checks/judge/execution.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "checks/child_process.hpp"
#include "checks/judge/calls.hpp"

namespace cnnspec::checks {

// ---- How children are started ----

/// Both ends of a pipe that never blocks: what does not fit is lost.
struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) no_resource("pipe");
    read_end = ends[0], write_end = ends[1];
  }
  Pipe(const Pipe&) = delete;
  ~Pipe() { close(read_end), close(write_end); }

  /// The last line in it, of printable ASCII.
  std::string last_line() const {
    constexpr std::size_t most_said = 200;
    std::string text(std::size_t{1} << 16, '\0');
    const ssize_t size = ::read(read_end, text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
    text = text.substr(text.rfind('\n') + 1);
    for (char& c : text)
      if (c < ' ' || c > '~') c = '?';
    return text.substr(0, most_said);
  }
};

namespace {

/// Whether it can be read from, or will never be, within that time.
bool is_readable(int descriptor, int milliseconds) {
  pollfd wanted{descriptor, POLLIN, 0};
  return poll(&wanted, 1, milliseconds) > 0;
}

}  // namespace

/// Whoever starts a child, one at a time, and knows how it ended.
class Starter {
 public:
  explicit Starter(const Kernel& kernel) : kernel_(kernel) {}
  Starter(const Starter&) = delete;
  virtual ~Starter() = default;

  virtual void start(const Task& task) = 0;
  virtual bool has_ended_within(int milliseconds) = 0;
  virtual void stop() = 0;
  /// As waitpid tells it, once it has ended. Nothing that the child started is left.
  virtual int status() = 0;

  MemoryFile& memory() { return memory_; }
  /// The last line that the child printed.
  std::string said() const { return said_.last_line(); }

 protected:
  const Kernel kernel_;
  MemoryFile memory_;
  const Pipe said_;
};

namespace {

/// Forks them itself.
class Forker : public Starter {
 public:
  using Starter::Starter;

  void start(const Task& task) override {
    pid_ = fork_child();
    if (pid_ < 0) no_resource("process");
    if (pid_ == 0) make_calls(kernel_, memory_.descriptor(), said_.write_end, task);
    end_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));  // readable once it has ended
  }
  bool has_ended_within(int milliseconds) override {
    if (end_ >= 0) return is_readable(end_, milliseconds);
    // A system without them: ask every millisecond.
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
  pid_t pid_ = -1;
  int end_ = -1;
};

/// Has them forked by a process that does nothing else.
class Server : public Starter {
 public:
  explicit Server(const Kernel& kernel) : Starter(kernel) { begin(); }
  ~Server() override { end(); }

  void start(const Task& task) override {
    if (!has_started(task)) {  // something has killed it
      end(), begin();
      if (!has_started(task)) no_resource("process");
    }
  }
  bool has_ended_within(int milliseconds) override { return is_readable(socket_, milliseconds); }
  void stop() override { kill(child_, SIGKILL); }
  int status() override {
    int status = 0;
    if (recv(socket_, &status, sizeof status, 0) == sizeof status) return status;
    kill(-child_, SIGKILL);
    return SIGKILL;  // the child's end as well
  }

 private:
  bool has_started(const Task& task) {
    return send(socket_, &task, sizeof task, MSG_NOSIGNAL) == sizeof task &&
           recv(socket_, &child_, sizeof child_, 0) == sizeof child_ && child_ > 0;
  }

  void begin() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) no_resource("process");
    pid_ = fork_child();
    if (pid_ == 0) close(ends[0]), serve(ends[1]);
    socket_ = ends[0];
    close(ends[1]);
    if (pid_ < 0) close(socket_), no_resource("process");
  }
  void end() {
    shutdown(socket_, SHUT_RDWR);  // which ends it, though others that were forked have the descriptor as well
    close(socket_);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  /// In the server: one child after the other, until nobody wants any.
  [[noreturn]] void serve(int socket) {
    setpgid(0, 0);                     // ^C is for the judge
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // which it does not outlive
    Task task;
    while (recv(socket, &task, sizeof task, 0) == sizeof task) {
      const pid_t child = fork_child();
      if (child == 0) close(socket), make_calls(kernel_, memory_.descriptor(), said_.write_end, task);
      send(socket, &child, sizeof child, MSG_NOSIGNAL);
      if (child < 0) continue;
      siginfo_t info{};
      while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
      kill(-child, SIGKILL);  // what it may have started
      int status = 0;
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
      send(socket, &status, sizeof status, MSG_NOSIGNAL);
    }
    leave(0);
  }

  pid_t pid_ = -1, child_ = -1;
  int socket_ = -1;
};

// ---- What came of the calls ----

using Ending = Execution::Ending;

/// The judge's side of one batch.
class Batch {
 public:
  Batch(Starter& starter, std::span<const Trial> trials, const Isolation& isolation)
      : starter_(starter),
        trials_(trials),
        isolation_(isolation),
        layout_(lay_out(trials, calls_)),
        memory_(starter.memory().with(layout_.bytes)),
        progress_(*new (memory_ + layout_.results) CallProgress{}),
        records_(new (memory_ + layout_.results + CallLayout::record_offset) Record[trials.size()](), trials.size()) {
    for (std::size_t n = 0; n < trials.size(); ++n)
      for (std::size_t i = 0; i < trials[n].inputs.size(); ++i)
        if (!trials[n].inputs[i].empty())
          std::memcpy(memory_ + calls_[n].inputs[i].offset, trials[n].inputs[i].data(), trials[n].inputs[i].size());
  }

  std::vector<Execution> run() {
    executions_.resize(trials_.size());
    for (std::size_t first = 0; first < trials_.size();) first = run_from(first);
    return std::move(executions_);
  }

 private:
  /// Starts a child with call `first`; returns the call to go on with.
  std::size_t run_from(std::size_t first) {
    std::memcpy(memory_, calls_.data(), calls_.size() * sizeof(PlannedCall));
    progress_.current = first, progress_.begin_ns = now_ns();
    progress_.ready = progress_.has_fault = progress_.finished = false;
    starter_.start({layout_, first, isolation_});
    const auto [status, hung] = wait();
    if (!progress_.ready && !hung) throw std::runtime_error("no memory for the kernel");
    const bool finished = progress_.finished;
    const std::string said = starter_.said();
    // The kernel can write where these are: whatever it made of them, they name one of the calls.
    const std::size_t last =
        finished ? trials_.size() - 1 : std::clamp(progress_.current.load(), first, trials_.size() - 1);
    for (std::size_t n = first; n <= last; ++n) take(n);
    if (finished) return trials_.size();
    explain(executions_[last], trials_[last], status, hung);
    executions_[last].said = said;
    if (hung) count_hung(trials_[last]);
    std::size_t next = last + 1;
    while (next < trials_.size() && (trials_[next].group == trials_[last].group || calls_[next].given_up)) ++next;
    return next;
  }

  /// An operation that has hung too often is not called any more.
  void count_hung(const Trial& hung) {
    const auto is_same = [&](const Trial& t) { return t.operation->op == hung.operation->op && t.dtype == hung.dtype; };
    Idx count = 0;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      count += is_same(trials_[n]) && executions_[n].ending == Ending::hung;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      calls_[n].given_up = calls_[n].given_up || (is_same(trials_[n]) && count >= isolation_.most_hung);
  }

  struct End {
    int status;
    bool hung;
  };

  /// Waits until the child ends, or kills it when a call takes too long.
  End wait() {
    for (;;) {
      const double left = isolation_.seconds_per_call - 1e-9 * static_cast<double>(now_ns() - progress_.begin_ns);
      if (left <= 0) break;
      if (starter_.has_ended_within(static_cast<int>(std::min(left, 100.0) * 1e3) + 1)) return {starter_.status(), false};
    }
    starter_.stop();
    return {starter_.status(), true};
  }

  /// What the child has noted about call n.
  void take(std::size_t n) {
    const Record& r = records_[n];
    Execution& e = executions_[n];
    if (!r.done) return;
    const Trial& t = trials_[n];
    e.ending = Ending::returned;
    e.status = r.status;
    e.seconds = 1e-9 * static_cast<double>(r.end_ns - r.begin_ns);
    if (r.modified_input != 0) e.modified_input = name_of(t, static_cast<std::size_t>(r.modified_input - 1));
    if (r.overrun != 0) e.overrun = name_of(t, static_cast<std::size_t>(r.overrun - 1));
    const std::byte* const output = memory_ + calls_[n].output.offset;
    e.output.assign(output, output + calls_[n].output.size);
  }

  void explain(Execution& e, const Trial& t, int status, bool hung) {
    e = {};
    e.ending = hung ? Ending::hung : WIFSIGNALED(status) ? Ending::died : Ending::exited;
    e.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (e.ending != Ending::died || !progress_.has_fault) return;
    for (std::size_t i = 0; i < most_tensors; ++i)
      if (is_beside(progress_.slots[i], reinterpret_cast<std::uintptr_t>(progress_.fault.load()))) e.overrun = name_of(t, i);
  }

  static bool is_beside(const CallProgress::Pages& slot, std::uintptr_t address) {
    return (address < slot.begin && slot.begin - address <= page_bytes()) ||
           (address >= slot.end && address - slot.end < page_bytes());
  }

  static std::string name_of(const Trial& t, std::size_t tensor) {
    if (tensor == most_inputs) return t.operation->output.name;
    return tensor < t.operation->inputs.size() ? t.operation->inputs[tensor].name : "";
  }

  Starter& starter_;
  const std::span<const Trial> trials_;
  const Isolation& isolation_;
  std::vector<PlannedCall> calls_;
  const CallLayout layout_;
  std::byte* const memory_;
  CallProgress& progress_;
  const std::span<Record> records_;
  std::vector<Execution> executions_;
};

}  // namespace

std::vector<Execution> ForkHost::execute(std::span<const Trial> trials, const Isolation& isolation) {
  if (trials.empty()) return {};
  Forker forker(kernel_);
  return Batch(forker, trials, isolation).run();
}

ForkServer::ForkServer(const Kernel& kernel) : starter_(std::make_unique<Server>(kernel)) {}
ForkServer::ForkServer(ForkServer&&) noexcept = default;
ForkServer::~ForkServer() = default;

std::vector<Execution> ForkServer::execute(std::span<const Trial> trials, const Isolation& isolation) {
  return trials.empty() ? std::vector<Execution>{} : Batch(*starter_, trials, isolation).run();
}

}  // namespace cnnspec::checks

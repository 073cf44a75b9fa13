#include "checks/host/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "checks/child_process.hpp"
#include "checks/describe/text.hpp"
#include "checks/host/worker_protocol.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr double seconds_to_end = 2;                 // once it has nothing to do any more
constexpr int worker_socket = 3, worker_memory = 4;  // its descriptors

/// What the socket says of a program that cannot be run: this, and errno.
constexpr char is_not_run = '\0';

/// In the child: becomes the worker.
[[noreturn]] void become_worker(char* const* words, int socket, int memory, int said, pid_t judge) {
  setpgid(0, 0);                     // what it starts goes down with it, and ^C is for the judge
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // and nothing outlives the judge
  if (getppid() != judge) _exit(1);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);

  constexpr int first_free = worker_memory + 1;
  int descriptors[first_free] = {open("/dev/null", O_RDONLY), said, said, socket, memory};
  for (int& d : descriptors) d = fcntl(d, F_DUPFD_CLOEXEC, first_free);  // none is in the way of another
  for (int n = 0; n < first_free; ++n) dup2(descriptors[n], n);
#if defined(SYS_close_range)
  constexpr unsigned on_exec = 1U << 2;  // CLOSE_RANGE_CLOEXEC, which older headers do not have
  syscall(SYS_close_range, first_free, ~0U, on_exec);
#endif
  execvp(words[0], words);
  char message[1 + sizeof errno] = {is_not_run};
  std::memcpy(message + 1, &errno, sizeof errno);
  send(worker_socket, message, sizeof message, MSG_NOSIGNAL);
  leave(1);
}

}  // namespace

std::vector<std::string> words_of_command(const std::string& where, const std::string& command) {
  wordexp_t found{};
  const int status = wordexp(command.c_str(), &found, WRDE_NOCMD | WRDE_UNDEF);
  std::vector<std::string> words;
  if (status == 0) words.assign(found.we_wordv, found.we_wordv + found.we_wordc);
  if (status == 0 || status == WRDE_NOSPACE) wordfree(&found);
  const auto refuse = [&](const char* expected) { throw UsageError(where, "", expected, in_quotes(command)); };
  if (status == WRDE_BADCHAR) refuse("a command without any of |&;<>(){} outside of quotes");
  if (status == WRDE_CMDSUB) refuse("a command without commands in it");
  if (status == WRDE_BADVAL) refuse("a command with variables that have a value");
  if (status != 0) refuse("a command with quotes that are closed");
  if (words.empty()) throw UsageError(where, "", "a command", "none");
  return words;
}

WorkerProcess::WorkerProcess(const WorkerCommand& command) : is_of_main_thread_(gettid() == getpid()) {
  std::vector<std::string> words = command.words;
  std::vector<char*> pointers;
  for (std::string& w : words) pointers.push_back(w.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) no_resource("process");
  const pid_t judge = getpid();
  pid_ = fork_child();
  if (pid_ == 0) become_worker(pointers.data(), ends[1], memory_.descriptor(), said_.write_end, judge);
  const int reason = errno;
  close(ends[1]);
  socket_ = ends[0];
  if (pid_ < 0) close(socket_), errno = reason, no_resource("process");
  setpgid(pid_, pid_);  // whoever comes first
  statm_ = open(fmt::format("/proc/{}/statm", pid_).c_str(), O_RDONLY | O_CLOEXEC);
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) end();
  close(socket_);
  if (statm_ >= 0) close(statm_);
}

bool WorkerProcess::has_spoken() {
  receive();
  return !received_.empty();
}

Heard WorkerProcess::ask(const std::string& line, double seconds, double most_growth) {
  // Where that fails, the worker has ended: so says the socket, too.
  [[maybe_unused]] const ssize_t sent = send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
  return listen(seconds, most_growth);
}

bool WorkerProcess::ends() {
  for (const std::int64_t begin = now_ns(); !has_ended(); poll(nullptr, 0, 1)) {
    drain();
    if (1e-9 * static_cast<double>(now_ns() - begin) > seconds_to_end) return false;
  }
  return true;
}

int WorkerProcess::stop() {
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // which is in no other group, unless it wanted to
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  drain();
  return status;
}

std::string WorkerProcess::said() {
  drain();
  return last_printable_line(printed_);
}

void WorkerProcess::end() {
  shutdown(socket_, SHUT_RDWR);  // and not only close: a child that was forked meanwhile may have it as well
  ends();
  stop();
}

bool WorkerProcess::has_ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

WorkerProcess::Received WorkerProcess::receive() {
  char bytes[longest_reply];
  const ssize_t size = recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
  if (size > 0) return Received::something;
  return size == 0 || (errno != EAGAIN && errno != EINTR) ? Received::end : Received::nothing;
}

/// Whether there is an answer in what was received.
bool WorkerProcess::takes_line(Heard& heard) {
  const std::size_t end = received_.find('\n');
  if (std::min(end, received_.size()) > longest_reply) {
    heard = {Heard::What::overlong, received_.substr(0, longest_reply)};
    return true;
  }
  if (end == std::string::npos) return false;
  heard = {Heard::What::line, received_.substr(0, end)};
  received_.erase(0, end + 1);
  return true;
}

Heard WorkerProcess::listen(double seconds, double most_growth) {
  constexpr std::int64_t awake = 20'000, first_look = 1'000'000, between_looks = 10'000'000;  // nanoseconds
  const std::int64_t begin = now_ns(), deadline = begin + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t next_look = begin + first_look;
  Heard heard;
  while (!takes_line(heard)) {
    const Received received = receive();
    if (received == Received::something) continue;
    if (received == Received::end) return {Heard::What::end, received_};
    const std::int64_t now = now_ns();
    if (now < begin + awake) {  // what is computed soon is here sooner than this process would be awake again
      sched_yield();
      continue;
    }
    if (now >= deadline) return {Heard::What::nothing, received_};
    if (now >= next_look) {
      if (growth() > most_growth) return {Heard::What::growth};
      // A child that it left may hold the other end of the socket.
      if (has_ended() && receive() != Received::something) return {Heard::What::end, received_};
      next_look = now + between_looks;
    }
    wait_for_news(std::min(deadline, next_look) - now);
  }
  return heard;
}

void WorkerProcess::wait_for_news(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  const timespec time{nanoseconds / second, nanoseconds % second};
  pollfd wanted[] = {{socket_, POLLIN, 0}, {said_.read_end, POLLIN, 0}};
  if (ppoll(wanted, 2, &time, nullptr) > 0 && wanted[1].revents != 0) drain();
}

/// Takes what it has printed, for which it would else wait.
void WorkerProcess::drain() {
  constexpr std::size_t most_kept = std::size_t{1} << 16;
  printed_ += said_.taken();
  if (printed_.size() > most_kept) printed_.erase(0, printed_.size() - most_kept);
}

/// What is in memory and is no file's.
double WorkerProcess::own_bytes() const {
  char text[128] = {};
  if (pread(statm_, text, sizeof text - 1, 0) <= 0) return 0;
  unsigned long resident = 0, shared = 0;
  if (std::sscanf(text, "%*u %lu %lu", &resident, &shared) != 2) return 0;
  return (static_cast<double>(resident) - static_cast<double>(shared)) * static_cast<double>(page_bytes());
}

// ---- The first line ----

std::string printed_in_words(WorkerProcess& worker) {
  const std::string said = worker.said();
  return said.empty() ? "" : "; the last that it printed: " + said;
}

namespace {

std::string end_in_words(int status) {
  if (WIFSIGNALED(status)) return fmt::format("died of signal {}, {}", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("ended its process with exit status {}", WEXITSTATUS(status));
}

/// Of a program that is not there, or has ended.
Greeting greeting_of_the_dead(WorkerProcess& worker, const WorkerCommand& command, const std::string& received) {
  if (int reason = 0; received.size() == 1 + sizeof reason && received.front() == is_not_run) {
    std::memcpy(&reason, received.data() + 1, sizeof reason);
    return {{}, "a program that can be run", in_quotes(command.words.front()) + ": " + std::strerror(reason)};
  }
  const bool ends = worker.ends();
  const int status = worker.stop();
  const std::string how = ends ? "a program that " + end_in_words(status) : "the end of file";
  return {{}, "an answer to \"hello 1\" on descriptor 3", how + printed_in_words(worker)};
}

}  // namespace

Greeting greet(WorkerProcess& worker, const WorkerCommand& command) {
  const std::string expected = "an answer to \"hello 1\" on descriptor 3";
  const Heard heard = worker.ask(fmt::format("{}\n", protocol_hello), command.patience, HUGE_VAL);
  switch (heard.what) {
    case Heard::What::line:
      worker.begin_to_count();
      return {heard.text};
    case Heard::What::end:
      return greeting_of_the_dead(worker, command, heard.text);
    case Heard::What::overlong:
      return {{},
              expected,
              fmt::format("{}: more than {} bytes without an end of line", in_quotes(heard.text), longest_reply)};
    default:
      worker.stop();
      return {{}, expected, fmt::format("none within {} s", command.patience) + printed_in_words(worker)};
  }
}

}  // namespace cnnspec::checks

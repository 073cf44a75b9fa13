#include "checks/host/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "checks/host/hello.hpp"
#include "checks/host/server.hpp"
#include "checks/host/spawn.hpp"
#include "checks/host/worker_protocol.hpp"
#include "checks/places.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr double seconds_to_end = 2;    // after it has nothing to do any more
constexpr int longest_start_ms = 5000;  // until its process id is known

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

WorkerProcess::WorkerProcess(const WorkerCommand& command) {
  const std::string program = place_of_part("cnnspec-host");
  std::vector<std::string> words{"--worker", std::to_string(getpid())};
  words.insert(words.end(), command.words.begin(), command.words.end());
  int workers[2], lives[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, workers) != 0) no_resource("process");
  socket_ = workers[0];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lives) != 0)
    close(workers[0]), close(workers[1]), no_resource("process");
  life_ = lives[0];
  {
    Spawn spawn;
    if (spawn.hands_over(workers[1], socket_of_host) && spawn.hands_over(memory_.descriptor(), memory_of_host) &&
        spawn.hands_over(said_.write_end, said_of_host) && spawn.hands_over(lives[1], judge_of_host))
      pid_ = spawn.start(program, words);
  }
  const int reason = errno;
  close(workers[1]), close(lives[1]);
  const bool is_there = pid_ >= 0 && is_readable(life_, longest_start_ms) &&
                        recv(life_, &worker_, sizeof worker_, 0) == sizeof worker_ && worker_ > 0;
  if (!is_there) {
    if (pid_ >= 0) end_process(pid_);
    close(socket_), close(life_);
    errno = reason, no_resource("process");
  }
  statm_ = open(fmt::format("/proc/{}/statm", worker_).c_str(), O_RDONLY | O_CLOEXEC);
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) end();
  close(socket_), close(life_);
  if (statm_ >= 0) close(statm_);
}

bool WorkerProcess::has_spoken() {
  receive();
  return !received_.empty();
}

Heard WorkerProcess::ask(const std::string& line, double seconds, double most_growth) {
  // If sending fails, the worker has ended (the socket shows this too), or it does not read and will not answer.
  const ssize_t sent = send(socket_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0 ? sent < static_cast<ssize_t>(line.size()) : errno == EAGAIN) return {Heard::What::nothing};
  return listen(seconds, most_growth);
}

bool WorkerProcess::ends(double seconds) {
  for (const std::int64_t begin = now_ns(); !has_ended(); poll(nullptr, 0, 1)) {
    drain();
    if (1e-9 * static_cast<double>(now_ns() - begin) > seconds) return false;
  }
  return true;
}

int WorkerProcess::stop() {
  shutdown(life_, SHUT_RDWR);  // its supervisor ends it and all its children
  const int status = end_process(pid_);
  pid_ = -1;
  drain();
  return status;
}

std::string WorkerProcess::said() {
  drain();
  return last_printable_line(printed_);
}

void WorkerProcess::end() {
  shutdown(socket_, SHUT_RDWR);  // close alone is not enough: a child forked meanwhile may have the socket too
  ends(seconds_to_end);
  stop();
}

bool WorkerProcess::has_ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

WorkerProcess::Received WorkerProcess::receive() {
  char bytes[4096];
  const ssize_t size = recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
  if (size > 0) return Received::something;
  return size == 0 || (errno != EAGAIN && errno != EINTR) ? Received::end : Received::nothing;
}

/// Takes an answer from the received text, if there is one.
bool WorkerProcess::takes_line(Heard& heard) {
  const std::size_t end = received_.find('\n');
  if (std::min(end, received_.size()) > longest_answer) {
    heard = {Heard::What::overlong, received_.substr(0, longest_answer)};
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
    if (now < begin + awake) {  // busy waiting: for short computations it is faster than sleeping
      sched_yield();
      continue;
    }
    if (now >= deadline) return {Heard::What::nothing, received_};
    if (now >= next_look) {
      if (growth() > most_growth) return {Heard::What::growth};
      // A child that the worker left behind may hold the other end of the socket.
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

/// Reads the worker's printed text; otherwise the worker would wait.
void WorkerProcess::drain() {
  constexpr std::size_t most_kept = std::size_t{1} << 16;
  printed_ += said_.taken();
  if (printed_.size() > most_kept) printed_.erase(0, printed_.size() - most_kept);
}

/// The size in bytes of the memory that no file backs.
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
  return said.empty() ? "" : std::string(before_last_words) + said;
}

namespace {

std::string end_in_words(int status) {
  if (WIFSIGNALED(status)) return fmt::format("died of signal {}, {}", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("ended its process with exit status {}", WEXITSTATUS(status));
}

/// The greeting of a program that cannot be run or has ended.
Greeting greeting_of_the_dead(WorkerProcess& worker, const WorkerCommand& command, const std::string& received) {
  if (int reason = 0; received.size() == 1 + sizeof reason && received.front() == is_not_run) {
    std::memcpy(&reason, received.data() + 1, sizeof reason);
    return {{}, "a program that can be run", in_quotes(command.words.front()) + ": " + std::strerror(reason)};
  }
  const bool ends = worker.ends(seconds_to_die);
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
              fmt::format("{}: more than {} bytes without an end of line", in_quotes(heard.text), longest_answer)};
    default:
      worker.stop();
      const std::string begun = heard.text.empty() ? "none" : in_quotes(heard.text) + " without an end of line,";
      return {{}, expected, fmt::format("{} within {} s", begun, command.patience) + printed_in_words(worker)};
  }
}

}  // namespace cnnspec::checks

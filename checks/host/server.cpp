#include "checks/host/server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace cnnspec::checks {

bool is_readable(int descriptor, int milliseconds, int other) {
  const std::int64_t deadline = now_ns() + std::int64_t{milliseconds} * 1'000'000;
  for (;;) {
    const std::int64_t left = std::max<std::int64_t>(deadline - now_ns() + 999'999, 0) / 1'000'000;
    pollfd wanted[] = {{descriptor, POLLIN, 0}, {other, POLLIN, 0}};  // poll ignores a negative descriptor
    const int found = poll(wanted, 2, static_cast<int>(left));
    if (found >= 0 || errno != EINTR) return found > 0;
  }
}

int end_process(pid_t process) {
  constexpr int patience_ms = 2000;
  int status = 0;
  for (int waited = 0; waited < patience_ms; ++waited) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process || (ended < 0 && errno != EINTR)) return status;
    poll(nullptr, 0, 1);
  }
  kill(process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

void Server::start(const Task& task) {
  Task numbered = task;
  numbered.number = ++task_;
  const auto is_sent = [&] {
    return pid_ >= 0 && send(socket_, &numbered, sizeof numbered, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof numbered;
  };
  if (!is_sent()) {
    end(), begin();  // the server process was killed
    if (!is_sent()) no_resource("process");
  }
  child_ = unknown;
  const std::optional<int> child = news(TaskNews::Kind::begun);
  if (child && *child < 0) errno = -*child, no_resource("process");
  if (child) child_ = *child;
}

bool Server::has_ended_within(int milliseconds) { return pid_ < 0 || is_readable(socket_, milliseconds, alive_); }

void Server::stop() {
  if (child_ != unknown) kill(child_, SIGKILL);
}

int Server::status() {
  const std::optional<int> status = pid_ < 0 ? std::nullopt : news(TaskNews::Kind::ended);
  if (status) return *status;
  if (child_ != unknown) kill(-child_, SIGKILL);
  return SIGKILL;  // then the child was killed as well
}

std::optional<int> Server::news(TaskNews::Kind kind) {
  constexpr int patience_ms = 5000;
  TaskNews said;
  const bool is_there = is_readable(socket_, patience_ms, alive_) &&
                        recv(socket_, &said, sizeof said, MSG_DONTWAIT) == sizeof said;
  const bool can_be = kind == TaskNews::Kind::ended || said.value < 0 || said.value > 1;
  if (is_there && can_be && said.kind == kind && said.task == task_) return said.value;
  kill(pid_, SIGKILL);  // the child has killed, stopped or impersonated this process: the next task gets a new one
  end();
  return {};
}

void Server::begin() {
  const Process p = begun();
  pid_ = p.pid, socket_ = p.socket;
  alive_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

void Server::end() {
  if (pid_ < 0) return;
  shutdown(socket_, SHUT_RDWR);  // ends the process, even if other forked processes have the descriptor too
  close(socket_);
  if (alive_ >= 0) close(alive_);
  end_process(pid_);
  pid_ = socket_ = alive_ = -1;
}

}  // namespace cnnspec::checks

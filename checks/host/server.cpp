#include "checks/host/server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace cnnspec::checks {

bool is_readable(int descriptor, int milliseconds) {
  pollfd wanted{descriptor, POLLIN, 0};
  return poll(&wanted, 1, milliseconds) > 0;
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
  const auto is_sent = [&] { return send(socket_, &task, sizeof task, MSG_NOSIGNAL) == sizeof task; };
  if (!is_sent()) {
    end(), begin();  // something has killed it
    if (!is_sent()) no_resource("process");
  }
  child_ = unknown;
  if (recv(socket_, &child_, sizeof child_, 0) != sizeof child_) child_ = unknown;  // the child has killed it, perhaps
  if (child_ < 0) no_resource("process");
}

void Server::stop() {
  if (child_ != unknown) kill(child_, SIGKILL);
}

int Server::status() {
  int status = 0;
  if (recv(socket_, &status, sizeof status, 0) == sizeof status) return status;
  if (child_ != unknown) kill(-child_, SIGKILL);
  return SIGKILL;  // the child's end as well
}

void Server::begin() {
  const Process p = begun();
  pid_ = p.pid, socket_ = p.socket;
}

void Server::end() {
  if (pid_ < 0) return;
  shutdown(socket_, SHUT_RDWR);  // which ends it, though others that were forked have the descriptor as well
  close(socket_);
  end_process(pid_);
  pid_ = socket_ = -1;
}

}  // namespace cnnspec::checks

#include "checks/host/serve.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "checks/child_process.hpp"

namespace cnnspec::checks {
namespace {

/// Of a process, or 0.
pid_t parent_of(pid_t process) {
  pid_t parent = 0;
  if (std::FILE* const file = std::fopen(("/proc/" + std::to_string(process) + "/stat").c_str(), "r")) {
    if (std::fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1) parent = 0;
    std::fclose(file);
  }
  return parent;
}

void kill_own_children() {
  DIR* const folder = opendir("/proc");
  if (folder == nullptr) return;
  while (const dirent* const entry = readdir(folder)) {
    const pid_t process = std::atoi(entry->d_name);
    if (process > 0 && parent_of(process) == getpid()) kill(process, SIGKILL);
  }
  closedir(folder);
}

/// Ends what a child has left behind: it is a child of this process now, whatever session it is in.
void end_what_is_left() {
  for (;;) {
    const pid_t ended = waitpid(-1, nullptr, WNOHANG);
    if (ended < 0 && errno != EINTR) return;
    if (ended != 0) continue;
    kill_own_children();
    waitpid(-1, nullptr, 0);
  }
}

/// Waits until the child has ended; ends it, and this process, if the other end of the socket is closed before.
int status_of(pid_t child, int socket) {
  const int end = static_cast<int>(syscall(SYS_pidfd_open, child, 0));  // readable once it has ended
  while (end >= 0) {
    pollfd wanted[] = {{end, POLLIN, 0}, {socket, POLLRDHUP, 0}};
    if (poll(wanted, 2, -1) < 0) continue;
    if (wanted[1].revents != 0) kill(child, SIGKILL);
    if (wanted[1].revents != 0 || wanted[0].revents != 0) break;
  }
  siginfo_t info{};  // waited for, but kept: its group is its own as long as it is there
  while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
  if (end >= 0) close(end);
  kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

void serve(int socket, const std::function<pid_t(const Task&)>& start) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  Task task;
  while (recv(socket, &task, sizeof task, 0) == sizeof task) {
    const pid_t child = start(task);
    send(socket, &child, sizeof child, MSG_NOSIGNAL);
    if (child < 0) continue;
    const int status = status_of(child, socket);
    end_what_is_left();
    send(socket, &status, sizeof status, MSG_NOSIGNAL);
  }
  leave(0);
}

}  // namespace cnnspec::checks

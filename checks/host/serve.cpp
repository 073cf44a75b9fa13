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
#include <cstring>
#include <string>

#include "checks/child_process.hpp"

namespace cnnspec::checks {
namespace {

/// The parent of a process, or 0. In /proc the process's name stands before that, in brackets, with any characters in
/// it.
pid_t parent_of(pid_t process) {
  char text[512] = {};  // long enough for all fields up to the parent
  if (std::FILE* const file = std::fopen(("/proc/" + std::to_string(process) + "/stat").c_str(), "r")) {
    text[std::fread(text, 1, sizeof text - 1, file)] = '\0';  // empty if the process has ended meanwhile
    std::fclose(file);
  }
  const char* const name_end = std::strrchr(text, ')');
  pid_t parent = 0;
  if (name_end == nullptr || std::sscanf(name_end + 1, " %*c %d", &parent) != 1) return 0;
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

}  // namespace

void end_what_is_left() {
  constexpr int patience_ms = 2000;
  for (int waited = 0; waited < patience_ms;) {
    const pid_t ended = waitpid(-1, nullptr, WNOHANG);
    if (ended < 0 && errno != EINTR) return;
    if (ended != 0) continue;
    kill_own_children();
    poll(nullptr, 0, 1), ++waited;
  }
}

int status_of(pid_t child, int socket) {
  const int end = static_cast<int>(syscall(SYS_pidfd_open, child, 0));  // readable once it has ended
  while (end >= 0) {
    pollfd wanted[] = {{end, POLLIN, 0}, {socket, POLLRDHUP, 0}};
    if (poll(wanted, 2, -1) < 0) continue;
    if (wanted[1].revents != 0) kill(child, SIGKILL);
    if (wanted[1].revents != 0 || wanted[0].revents != 0) break;
  }
  siginfo_t info{};  // waits without reaping: its group id stays its own until then
  while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
  if (end >= 0) close(end);
  kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

void serve(int socket, const std::function<pid_t(const Task&)>& start) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphaned processes of a child become children of this process
  Task task;
  while (recv(socket, &task, sizeof task, 0) == sizeof task) {
    const pid_t child = start(task);
    const TaskNews begun{TaskNews::Kind::begun, child < 0 ? -errno : child, task.number};
    send(socket, &begun, sizeof begun, MSG_NOSIGNAL);
    if (child < 0) continue;
    const TaskNews ended{TaskNews::Kind::ended, status_of(child, socket), task.number};
    end_what_is_left();
    send(socket, &ended, sizeof ended, MSG_NOSIGNAL);
  }
  end_what_is_left();
  leave(0);
}

}  // namespace cnnspec::checks

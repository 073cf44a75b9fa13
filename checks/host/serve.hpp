// The server process: it has the calls made, each batch in a separate child.
#pragma once

#include <sys/types.h>

#include <functional>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// Kills all children of this process. Also kills what they left behind, if this process inherits orphans
/// (PR_SET_CHILD_SUBREAPER).
void end_what_is_left();

/// Waits until the child has ended, then kills its process group. Kills the child earlier if the other end of the
/// socket is closed. Returns the child's status, as waitpid gives it.
int status_of(pid_t child, int socket);

/// For every task that arrives on the socket: has `start` begin a child, sends the child's process id, waits until the
/// child has ended, and sends its status, as waitpid gives it. Before the status is sent, all processes that the child
/// left behind are killed, in whatever session they are. Ends this process when the other end of the socket is closed.
[[noreturn]] void serve(int socket, const std::function<pid_t(const Task&)>& start);

}  // namespace cnnspec::checks

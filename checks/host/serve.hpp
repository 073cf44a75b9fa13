// Serving: what the process does that has the calls made, each batch of them in a child of its own.
#pragma once

#include <sys/types.h>

#include <functional>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// Ends all children of this process, and what they have left behind if this is who inherits that
/// (PR_SET_CHILD_SUBREAPER).
void end_what_is_left();

/// Waits until the child has ended, and ends its process group; ends it before that if the other end of the socket is
/// closed. Returns its status, as waitpid gives it.
int status_of(pid_t child, int socket);

/// For every task that comes on the socket, has `start` begin a child, tells its number, waits until it has ended, and
/// tells its status, as waitpid gives it. What the child started and left behind is ended first, in whatever session it
/// is. Ends this process when nobody is at the other end of the socket any more.
[[noreturn]] void serve(int socket, const std::function<pid_t(const Task&)>& start);

}  // namespace cnnspec::checks

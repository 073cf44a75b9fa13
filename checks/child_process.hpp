// Forks a child process, and ends it without the actions at the end of main, which belong to the parent. In a build
// that measures coverage, a child first writes its counts, which would otherwise be lost. Only the first children of a
// process do so: writing takes longer than their work, and later children run the same code.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <string>

extern "C" __attribute__((weak)) int __llvm_profile_write_file(void);  // defined only in a build that measures coverage

namespace cnnspec::checks {

inline std::atomic<int> children_forked = 0;
inline std::atomic<pid_t> who_forked = 0;  // in a child: its parent

/// Like fork.
inline pid_t fork_child() {
  ++children_forked;
  who_forked = getpid();
  return fork();
}

[[noreturn]] inline void leave(int status) {
  constexpr int most_counted = 16;
  if (__llvm_profile_write_file != nullptr && children_forked <= most_counted) __llvm_profile_write_file();
  _exit(status);
}

/// For a status of waitpid: ": Segmentation fault", or "" if the process was not ended by a signal.
inline std::string signal_in_words(int status) {
  return WIFSIGNALED(status) ? std::string(": ") + strsignal(WTERMSIG(status)) : "";
}

}  // namespace cnnspec::checks

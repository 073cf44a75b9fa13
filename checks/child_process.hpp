// How a child process is forked, and how it ends: without what the end of main would do, which is the parent's. Where a
// build measures coverage, a child first writes down what it has run, which would else be lost; but only the first ones
// of a process, because writing takes longer than what they do, and the others run the same.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <string>

extern "C" __attribute__((weak)) int __llvm_profile_write_file(void);  // only there where coverage is measured

namespace cnnspec::checks {

inline std::atomic<int> children_forked = 0;
inline std::atomic<pid_t> who_forked = 0;  // of a child, its parent

/// As fork.
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

/// Of a process that ended, as waitpid gives it: ": Segmentation fault", or "" if it was no signal.
inline std::string signal_in_words(int status) {
  return WIFSIGNALED(status) ? std::string(": ") + strsignal(WTERMSIG(status)) : "";
}

}  // namespace cnnspec::checks

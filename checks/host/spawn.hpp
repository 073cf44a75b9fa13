// Starting cnnspec-host.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// The environment, with what makes the C library fill also small blocks that are used again (see calls.cpp).
inline std::vector<std::string> environment_of_host() {
  constexpr std::string_view name = "GLIBC_TUNABLES=", tunable = "glibc.malloc.tcache_count=0";
  std::vector<std::string> variables;
  std::string tunables(name);
  for (char** v = environ; *v != nullptr; ++v) {
    if (std::string_view(*v).starts_with(name))
      tunables = std::string(*v) + ":";
    else
      variables.push_back(*v);
  }
  variables.push_back(tunables.append(tunable));
  return variables;
}

inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// How a process is to be started: with no signal blocked or ignored, in a group of its own, with descriptors of ours.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions_), posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none), sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);  // ^C is for the judge
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Spawn(const Spawn&) = delete;
  ~Spawn() {
    close_ours();
    posix_spawn_file_actions_destroy(&actions_), posix_spawnattr_destroy(&attributes_);
  }

  /// The process will have our descriptor under that number. False if this process can have no more descriptors.
  bool hands_over(int ours, int theirs) {
    constexpr int beyond_theirs = 16;
    const int out_of_the_way = fcntl(ours, F_DUPFD_CLOEXEC, beyond_theirs);
    if (out_of_the_way < 0) return false;
    ours_.push_back(out_of_the_way);
    posix_spawn_file_actions_adddup2(&actions_, out_of_the_way, theirs);
    return true;
  }
  void hand_over(int ours, int theirs) {
    if (!hands_over(ours, theirs)) no_resource("process");
  }
  void close_ours() {
    for (const int descriptor : ours_) close(descriptor);
    ours_.clear();
  }

  /// -1, and errno, if there is none.
  pid_t start(const std::string& program, std::vector<std::string> arguments) {
    std::vector<std::string> variables = environment_of_host();
    arguments.insert(arguments.begin(), program);
    pid_t pid = -1;
    errno = posix_spawn(&pid, program.c_str(), &actions_, &attributes_, pointers_to(arguments).data(),
                        pointers_to(variables).data());
    return errno == 0 ? pid : -1;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  std::vector<int> ours_;
};

}  // namespace cnnspec::checks

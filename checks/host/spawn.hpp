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

/// The environment, plus a setting that makes the C library also fill small blocks that are used again (see calls.cpp).
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

/// How to start a process: no signal blocked or ignored, in its own process group, with some of our descriptors.
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

  /// Passes our descriptor to the process under the number `theirs`. False if this process cannot have more
  /// descriptors.
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

  /// Starts the program. Returns -1 and sets errno on failure.
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

// Server: the judge's side of a process that has the calls made, however it came into being.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "checks/host/batch.hpp"

namespace cnnspec::checks {

/// Whether it can be read from, or will never be, within that time; or another one, if there is one.
bool is_readable(int descriptor, int milliseconds, int other = -1);

/// Has the children forked by a process that does nothing else (see serve.hpp), and starts that one again when
/// something has killed it. What derives from it begins in its constructor and ends in its destructor.
class Server : public Starter {
 public:
  void start(const Task& task) override;
  bool has_ended_within(int milliseconds) override;
  void stop() override;
  int status() override;

 protected:
  struct Process {
    pid_t pid = -1;
    int socket = -1;  // of which it has the other end
  };
  /// Starts such a process. Throws std::runtime_error.
  virtual Process begun() = 0;

  void begin();
  void end();

 private:
  static constexpr pid_t unknown = 0;

  /// What it says next of the task, if it is of that kind. If it says nothing in time, or anything else, it is ended.
  std::optional<int> news(TaskNews::Kind kind);

  std::uint64_t task_ = 0;
  pid_t pid_ = -1, child_ = unknown;
  int alive_ = -1;  // of the process: readable once it has ended
  int socket_ = -1;
};

/// Waits until it has ended by itself, for a while, then ends it. Returns its status, as waitpid gives it.
int end_process(pid_t process);

}  // namespace cnnspec::checks

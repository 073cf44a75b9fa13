// Server: the judge's side of a process that has the calls made, however this process was started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "checks/host/batch.hpp"

namespace cnnspec::checks {

/// Whether `descriptor` (or `other`, if there is one) becomes readable or is closed within that time.
bool is_readable(int descriptor, int milliseconds, int other = -1);

/// Has the children forked by a process that does nothing else (see serve.hpp), and starts that process again if it was
/// killed. A derived class calls begin() in its constructor and end() in its destructor.
class Server : public Starter {
 public:
  void start(const Task& task) override;
  bool has_ended_within(int milliseconds) override;
  void stop() override;
  int status() override;

 protected:
  struct Process {
    pid_t pid = -1;
    int socket = -1;  // the other end belongs to the process
  };
  /// Starts such a process. Throws std::runtime_error.
  virtual Process begun() = 0;

  void begin();
  void end();

 private:
  static constexpr pid_t unknown = 0;

  /// The next message of the process about the task, if it has this kind. If it sends nothing in time, or anything
  /// else, it is ended.
  std::optional<int> news(TaskNews::Kind kind);

  std::uint64_t task_ = 0;
  pid_t pid_ = -1, child_ = unknown;
  int alive_ = -1;  // the process's descriptor: readable once it has ended
  int socket_ = -1;
};

/// Waits a while for the process to end by itself, then kills it. Returns its status, as waitpid gives it.
int end_process(pid_t process);

}  // namespace cnnspec::checks

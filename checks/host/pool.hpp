// Idle processes, for the next user of one.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

namespace cnnspec::checks {

template <class Process>
class Pool {
 public:
  /// An idle process; null if there is none.
  std::unique_ptr<Process> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<Process> process = std::move(idle_.back());
    idle_.pop_back();
    return process;
  }
  void put(std::unique_ptr<Process> process) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(process));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Process>> idle_;
};

}  // namespace cnnspec::checks

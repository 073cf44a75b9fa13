// Numbered pieces of work on several threads, until one of them says stop; what comes of it does not depend on how many
// threads there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// Calls work(worker, n) for n = 0, 1, ... below `count`, each worker (0, 1, ... below `workers`) on a thread of its
/// own, until a call returns false. Returns the least such n, or `count`. All before it have been done, and perhaps
/// some after it. What the call of the least n throws is thrown.
template <class Work>
Idx in_parallel_until_false(Idx count, std::size_t workers, const Work& work) {
  std::atomic<Idx> next{0};
  std::mutex mutex;  // for the two that follow
  std::atomic<Idx> stop{count};
  std::exception_ptr error;
  const auto stop_at = [&](Idx n, std::exception_ptr thrown) {
    const std::lock_guard lock(mutex);
    if (n >= stop) return;
    stop = n;
    error = std::move(thrown);
  };
  const auto run = [&](std::size_t worker) {
    for (Idx n = next++; n < stop; n = next++) try {
        if (!work(worker, n)) stop_at(n, nullptr);
      } catch (...) {
        stop_at(n, std::current_exception());
      }
  };
  std::vector<std::thread> threads;
  try {
    for (std::size_t worker = 1; worker < workers; ++worker) threads.emplace_back(run, worker);
  } catch (const std::system_error&) {  // fewer will do
  }
  run(0);
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return stop;
}

}  // namespace cnnspec::checks

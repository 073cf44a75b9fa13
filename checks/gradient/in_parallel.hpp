// Runs numbered pieces of work on several threads, until one of them says stop. The result does not depend on the
// number of threads.
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

/// Calls work(worker, n) for n = 0, 1, ... below `count`, each worker (0, 1, ... below `workers`) on its own thread,
/// until a call returns false. Returns the least such n, or `count`. All calls before it are finished, and perhaps some
/// after it. An exception of the call with the least n is rethrown.
template <class Work>
Idx in_parallel_until_false(Idx count, std::size_t workers, const Work& work) {
  std::atomic<Idx> next{0};
  std::mutex mutex;  // guards the next two variables
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
  } catch (const std::system_error&) {  // fewer threads suffice
  }
  run(0);
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return stop;
}

}  // namespace cnnspec::checks

// Supervising a worker: the process that starts the worker and ends everything that it leaves behind.
#pragma once

namespace cnnspec::checks {

/// Runs the program with these words as a worker, with the worker's socket and memory. Ends as the worker ends. Kills
/// the worker when the judge is gone. The descriptors are those of hello.hpp.
[[noreturn]] void supervise_worker(char* const* words);

}  // namespace cnnspec::checks

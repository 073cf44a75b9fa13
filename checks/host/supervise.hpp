// Supervising a worker: what the process does that starts it, and ends all that it leaves behind.
#pragma once

namespace cnnspec::checks {

/// Runs the program with these words in a process that has the socket and the memory of a worker, and ends as it ends;
/// or ends it when the judge is there no more. The descriptors are those of hello.hpp.
[[noreturn]] void supervise_worker(char* const* words);

}  // namespace cnnspec::checks

// Where a tensor of the user's lies: in a .npy file, or in memory that another process shares.
//
//   x.npy                   a file; also one in memory, such as /dev/shm/x.npy or /proc/self/fd/3
//   shm:NAME                a POSIX shared memory object: dense elements from its first byte on
//   fd:N, fd:N+OFFSET       a file descriptor that the command has inherited, such as one of memfd_create: dense
//                           elements from that byte on
//
// Memory has no header, so its elements have the type of the case and the order is row-major. It may be longer than the
// tensor.
#pragma once

#include <string>
#include <vector>

#include "checks/golden/npy.hpp"

namespace cnnspec::checks {

/// Reads a tensor with that shape. A file may have any of these types; memory has `type_in_memory`. Throws UsageError.
NpyArray read_tensor(const std::string& source, const std::vector<std::string>& types, const std::vector<Idx>& shape,
                     const std::string& type_in_memory);

}  // namespace cnnspec::checks

// Memory that is freed stays with the process. What the specification's layers return are new tensors, and by default
// the C library gives their pages back and asks for them again at every layer: on a machine where a new page is dear,
// as in many virtual ones, that takes longer than the loops.
#pragma once

#include <cstddef>  // says whether the C library is GNU's
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace cnnspec::checks {

/// For a program, at its start; a library leaves this to the program that uses it.
inline void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that it takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);   // what is free beyond that is given back
#endif
}

}  // namespace cnnspec::checks

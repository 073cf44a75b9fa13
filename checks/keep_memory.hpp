// Keeps freed memory in the process. The specification's layers return new tensors. By default, the C library returns
// their pages to the system and requests new ones at every layer. On a machine where new pages are expensive, as on
// many virtual machines, this takes longer than the loops.
#pragma once

#include <cstddef>  // defines whether the C library is GNU's
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace cnnspec::checks {

/// For a program, to be called at its start; a library leaves the decision to the program.
inline void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value that it accepts
  mallopt(M_TRIM_THRESHOLD, 1 << 30);   // free memory beyond this is returned
#endif
}

}  // namespace cnnspec::checks

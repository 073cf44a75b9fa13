// Large pages for large allocations. A tensor of hundreds of megabytes has a hundred thousand pages of 4 KiB, and each
// is a fault when it is first written; on many virtual machines these faults take as long as the arithmetic. So
// allocations of the command from 4 MiB up begin at a large page, and ask the system for such pages.
//
// Sanitizers have an operator new of their own, which notices mistakes, and keep it.
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CNNSPEC_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CNNSPEC_IS_SANITIZED 1
#endif
#endif

#if defined(__linux__) && defined(MADV_HUGEPAGE) && !defined(CNNSPEC_IS_SANITIZED)

namespace {

constexpr std::size_t large_page = std::size_t{1} << 21, least_bytes = 2 * large_page;

void* allocate(std::size_t bytes) {
  if (bytes < least_bytes) return std::malloc(bytes == 0 ? 1 : bytes);
  if (bytes > static_cast<std::size_t>(-1) / 2) return nullptr;
  void* const memory = std::aligned_alloc(large_page, (bytes + large_page - 1) / large_page * large_page);
  if (memory != nullptr) madvise(memory, bytes, MADV_HUGEPAGE);  // if it is refused, the pages are small
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) {
  for (;;) {
    if (void* const memory = allocate(bytes)) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#endif

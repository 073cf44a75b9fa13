// What a library calls when it is loaded, if clang built it with
// -fsanitize-coverage=inline-8bit-counters,pc-table. The host program always has these two functions, and no other one
// of that kind, so that such a library loads. What it counts is not read yet.
// Source: https://clang.llvm.org/docs/SanitizerCoverage.html, "Inline 8bit-counters" and "PC-Table".
#include <cstdint>

extern "C" {
[[gnu::visibility("default")]] void __sanitizer_cov_8bit_counters_init(char* begin, char* end);
[[gnu::visibility("default")]] void __sanitizer_cov_pcs_init(const std::uintptr_t* begin, const std::uintptr_t* end);

void __sanitizer_cov_8bit_counters_init(char*, char*) {}
void __sanitizer_cov_pcs_init(const std::uintptr_t*, const std::uintptr_t*) {}
}

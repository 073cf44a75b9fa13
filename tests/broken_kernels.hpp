// Broken kernels, for the judge to find. Each makes one mistake, usually one that a real kernel made, and is right
// wherever that mistake has no effect.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/kernels/kernel.hpp"
#include "tests/naive_kernel.hpp"

namespace cnnspec::tests {

struct BrokenKernel {
  const char* name = "";          // the mistake, in words
  const char* source = "";        // reports of the mistake, if somebody is known to have made it
  std::vector<checks::Op> ops{};  // the operations that are wrong
  checks::DType dtype = checks::DType::f32;
  /// The kinds that the judge may report. If there are several, the kind depends on the earlier calls of the process or
  /// on the content of memory. "pass": the kernel does nothing wrong, but the judge must survive it.
  std::vector<std::string> kinds{"wrong-value"};
  const char* diagnosis = "";       // the best misreading that explains it; null: not known
  const char* profile = "";         // the claim that it breaks; none: the default claim of its storage type
  const char* behaves_like = "";    // the profile that it satisfies; null: not known
  bool specials = false;            // only NaN and infinities show it
  bool needs_memory_limit = false;  // it must only run under a limit on memory
  bool needs_history = false;       // right in a fresh process, or most of the time
  /// Problems on which it is wrong for some data; on all other problems it is right. Null: not known.
  bool (*shows)(const checks::Problem&) = nullptr;
  checks::Kernel kernel{};  // operations that are not in `ops` are those of healthy_kernel()
};

std::span<const BrokenKernel> broken_kernels();
const BrokenKernel& broken_kernel(std::string_view name);

/// All operations, in all storage types except f64. The 16-bit types are computed in f32 and rounded once.
checks::Kernel healthy_kernel(Order order = Order::forward);
inline const checks::Kernel healthy = healthy_kernel();

}  // namespace cnnspec::tests

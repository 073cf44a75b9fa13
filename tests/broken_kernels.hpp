// Broken kernels, for the judge to find: each makes one mistake, most of them one that a real kernel made, and is right
// wherever that mistake does not matter.
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
  const char* source = "";        // reports of it, if anybody is known to have made it
  std::vector<checks::Op> ops{};  // the operations that are wrong
  checks::DType dtype = checks::DType::f32;
  /// What the judge should call it, as in its report. Several: it may be any of them, since it depends on what else the
  /// process did or on what the memory held. "pass": it is no offence, but the judge must survive it.
  std::vector<std::string> kinds{"wrong-value"};
  const char* diagnosis = "";       // the misreading that explains it best, if one does; null: not known
  const char* profile = "";         // the claim that it breaks; none: the default one of its storage type
  const char* behaves_like = "";    // the profile that it keeps; null: not known
  bool specials = false;            // only NaN and infinities show it
  bool needs_memory_limit = false;  // it must not run where there is none
  bool needs_history = false;       // right in a process that has done nothing else, or most of the time
  /// Problems on which it is wrong for some data; on all others it is right. Null: not known.
  bool (*shows)(const checks::Problem&) = nullptr;
  checks::Kernel kernel{};  // the operations that are not in `ops` are those of healthy_kernel()
};

std::span<const BrokenKernel> broken_kernels();
const BrokenKernel& broken_kernel(std::string_view name);

/// All operations, all storage types but f64; the 16-bit ones computed in f32 and rounded once.
checks::Kernel healthy_kernel(Order order = Order::forward);
inline const checks::Kernel healthy = healthy_kernel();

}  // namespace cnnspec::tests

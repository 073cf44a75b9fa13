// One operation of the kernels that come with cnnspec, on exact data and within the rounding bound. The judge does the
// same, but this code runs in one process: a fuzzer sees the kernel's coverage, and a sanitizer sees its memory
// accesses. The judge must refuse an invalid problem, and so must a kernel that checks its problems.
#pragma once

#include <functional>

#include "checks/expect/arithmetic.hpp"
#include "checks/generate/case_fields.hpp"
#include "checks/kernels/kernel.hpp"
#include "checks/laws/case_outcome.hpp"

namespace cnnspec::checks {

struct KernelCase {
  Op op{};
  DType dtype{};
  Problem problem;
  Idx kernel = 0;  // the index of the kernel
  Idx data_seed = 0;

  /// The operation, the storage type, the kernel, 16 bits of data seed, the problem.
  void list_fields(Fields& fields);
};

struct KernelUnderTest {
  Kernel kernel;
  bool refuses_what_is_invalid = false;  // false: it only ever gets valid problems
  bool supports_what_is_valid = false;   // false: it may decline a valid problem
  const Profile* claims_in_bf16{};       // if weaker than the default claim
};

/// im2col in all its variants, and oneDNN if it was built.
const std::vector<KernelUnderTest>& kernels_under_test();
inline constexpr Idx most_kernels = 8;

/// A problem with at most this many multiply-adds is computed.
inline constexpr Idx most_kernel_taps = 70000;

CaseOutcome check_case(const KernelCase& c, const std::vector<KernelUnderTest>& kernels = kernels_under_test());

}  // namespace cnnspec::checks

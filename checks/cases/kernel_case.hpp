// One operation of the kernels that come with cnnspec, on exact data and within the rounding bound, as the judge looks
// at them, but within this process: a fuzzer sees into the kernel, and a sanitizer sees what it touches. A problem that
// is not valid must be refused by the judge, and by a kernel that checks its problems.
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
  Idx kernel = 0;  // which of the kernels
  Idx data_seed = 0;

  /// The operation, the storage type, the kernel, 16 bits of data seed, the problem.
  void list_fields(Fields& fields);
};

struct KernelUnderTest {
  Kernel kernel;
  bool refuses_what_is_invalid = false;  // otherwise it is only ever given valid problems
  bool supports_what_is_valid = false;   // otherwise it may decline a problem
  const Profile* claims_in_bf16{};       // where that is less than the usual
};

/// im2col in all its variants, and oneDNN where it is there.
const std::vector<KernelUnderTest>& kernels_under_test();
inline constexpr Idx most_kernels = 8;

/// Up to this many multiply-adds a problem is computed.
inline constexpr Idx most_kernel_taps = 70000;

CaseOutcome check_case(const KernelCase& c, const std::vector<KernelUnderTest>& kernels = kernels_under_test());

}  // namespace cnnspec::checks

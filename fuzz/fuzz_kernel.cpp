// One operation of the kernels that come with cnnspec, against the specification.
#include "checks/cases/kernel_case.hpp"
#include "fuzz/one_input.hpp"

namespace cnnspec::fuzz {
const char* const target_name = "fuzz_kernel";
const double least_share_that_compares = 0.5;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return cnnspec::fuzz::check_one_input<cnnspec::checks::KernelCase>(data, size);
}

// A whole network: any layers in any order, of any sizes.
#include "checks/cases/network_case.hpp"
#include "fuzz/one_input.hpp"

namespace cnnspec::fuzz {
const char* const target_name = "fuzz_network";
const double least_share_that_compares = 0.9;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return cnnspec::fuzz::check_one_input<cnnspec::checks::NetworkCase>(data, size);
}

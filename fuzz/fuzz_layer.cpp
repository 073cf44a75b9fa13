// One layer on an arbitrary configuration, valid or not.
#include "checks/cases/layer_case.hpp"
#include "fuzz/one_input.hpp"

namespace cnnspec::fuzz {
const char* const target_name = "fuzz_layer";
const double least_share_that_compares = 0.9;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return cnnspec::fuzz::check_one_input<cnnspec::checks::LayerCase>(data, size);
}

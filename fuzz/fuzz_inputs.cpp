// Text input from outside, for each reader.
#include "checks/cases/inputs_case.hpp"
#include "fuzz/one_input.hpp"

namespace cnnspec::fuzz {
const char* const target_name = "fuzz_inputs";
const double least_share_that_compares = 0.1;  // the border of what is read is wide
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return cnnspec::fuzz::check_one_input<cnnspec::checks::InputsCase>(data, size);
}

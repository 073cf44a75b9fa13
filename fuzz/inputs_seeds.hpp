// The seeds of fuzz_inputs: for each reader, texts that it reads and texts that it refuses.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checks/generate/case_fields.hpp"

namespace cnnspec::fuzz {

/// Names and inputs. The same on every call.
std::vector<std::pair<std::string, checks::Bytes>> inputs_seeds();

}  // namespace cnnspec::fuzz

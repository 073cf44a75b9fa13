// The headers that are generated from the registry.
#pragma once

#include <string>

namespace cnnspec::checks {

/// cnnspec/kernel.h: kernels are written against it.
std::string contract_header();
/// kernels/functions.hpp: a macro list of all functions of the contract.
std::string functions_header();
/// vocabulary/operations.hpp: layers and operations by number.
std::string operations_header();

}  // namespace cnnspec::checks

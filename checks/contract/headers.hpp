// The headers that are written of the registry.
#pragma once

#include <string>

namespace cnnspec::checks {

/// cnnspec/kernel.h: what kernels are written against.
std::string contract_header();
/// kernels/functions.hpp: its functions, for whoever walks all of them.
std::string functions_header();
/// vocabulary/operations.hpp: layers and operations by number.
std::string operations_header();

}  // namespace cnnspec::checks

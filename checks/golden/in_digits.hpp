// The results of the specification with more digits than a float has: all of them, or fifty decimal ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// "f64" (values and bounds alone), "exact" or "float50".
std::vector<std::string> names_of_scalars();

/// The elements of all outputs, one output after the other, as text: with "exact" whole numbers and fractions (3/4),
/// with "float50" decimal numbers. Every arithmetic operation of these scalars allocates memory, so this is for small
/// problems. Throws UsageError if "exact" cannot represent an input, or if the layer is not one of networks.
std::vector<std::string> results_in_digits(const Operation& operation, const Operands<double>& inputs,
                                           std::string_view scalar);

}  // namespace cnnspec::checks

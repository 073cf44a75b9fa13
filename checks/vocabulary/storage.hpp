// Storage: converts numbers to the bytes that a kernel reads, and back. The judge holds all data as double, which
// contains every number of each storage type.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "checks/vocabulary/dtype.hpp"

namespace cnnspec::checks {

/// `v` rounded to the nearest number of the storage type, ties to even.
double rounded_to(DType dtype, double v);

std::vector<std::byte> encode(DType dtype, const std::vector<double>& values);
std::vector<double> decode(DType dtype, std::span<const std::byte> bytes);

}  // namespace cnnspec::checks

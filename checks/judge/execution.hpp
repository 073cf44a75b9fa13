// Execution: one call of a kernel on memory of its own, and what it did besides computing.
//
// The kernel gets copies of its inputs and an output full of garbage, each between two fences. After the call the
// copies must still be equal to the inputs, and the fences must be what they were.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/judge/reference.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// What every byte of an output holds before the call: a NaN in each storage type, or a number of moderate size.
enum class Garbage : unsigned char { nan = 0xff, number = 0x4b };

struct Execution {
  int status = CNNSPEC_DONE;
  std::string modified_input;  // the name of an input that is not what it was, or empty
  std::string overrun;         // the name of a tensor that was written before its begin or beyond its end, or empty
};

/// `inputs` in the order of Operation::inputs; one that is empty is passed as a null pointer.
Execution execute(const Kernel& kernel, const Operation& operation, DType dtype,
                  std::span<const std::span<const std::byte>> inputs, std::span<std::byte> output, Garbage garbage);

template <class T>
Execution execute(const Kernel& kernel, const Operation& operation, DType dtype, const Operands<T>& inputs,
                  std::vector<T>& output, Garbage garbage) {
  std::vector<std::span<const std::byte>> bytes;
  for (const std::vector<T>& v : inputs) bytes.push_back(std::as_bytes(std::span(v)));
  return execute(kernel, operation, dtype, bytes, std::as_writable_bytes(std::span(output)), garbage);
}

}  // namespace cnnspec::checks

// Which functions of cnnspec/kernel.h a kernel has.
#pragma once

#include <bitset>
#include <cstddef>

#include "checks/vocabulary/dtype.hpp"
#include "checks/vocabulary/operations.hpp"

namespace cnnspec::checks {

/// Can be copied as bytes.
class FunctionSet {
 public:
  bool has(Op op, DType dtype) const { return functions_[number_of(op, dtype)]; }
  void set(Op op, DType dtype, bool is_there = true) { functions_[number_of(op, dtype)] = is_there; }
  bool operator==(const FunctionSet&) const = default;

 private:
  static std::size_t number_of(Op op, DType dtype) {
    return static_cast<std::size_t>(op) * most_dtypes + static_cast<std::size_t>(dtype);
  }
  static constexpr std::size_t most_ops = 512, most_dtypes = 8;
  static_assert(dtype_rows.size() <= most_dtypes);
  std::bitset<most_ops * most_dtypes> functions_;
};

}  // namespace cnnspec::checks

// Which functions of cnnspec/kernel.h a kernel has.
#pragma once

#include <bitset>
#include <cstddef>

#include "checks/judge/case.hpp"

namespace cnnspec::checks {

/// Can be copied as bytes.
class FunctionSet {
 public:
  bool has(Op op, DType dtype) const { return functions_[number_of(op, dtype)]; }
  void set(Op op, DType dtype, bool is_there = true) { functions_[number_of(op, dtype)] = is_there; }
  bool operator==(const FunctionSet&) const = default;

 private:
  static std::size_t number_of(Op op, DType dtype) {
    return static_cast<std::size_t>(dtype) * op_names.size() + static_cast<std::size_t>(op);
  }
  std::bitset<op_names.size() * dtype_names.size()> functions_;
};

}  // namespace cnnspec::checks

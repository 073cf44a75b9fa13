// A case: one operation on one problem, with one set of data. What the judge runs, shrinks, prints and reads back.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "cnnspec/kernel.h"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

enum class Op {
  conv2d_forward,
  conv2d_backward_input,
  conv2d_backward_kernel,
  conv2d_backward_bias,
  max_pool2d_forward,
  max_pool2d_backward,
  relu_forward,
  relu_backward,
  linear_forward,
  linear_backward_input,
  linear_backward_weight,
  linear_backward_bias,
};
inline constexpr std::array<const char*, 12> op_names{
    "conv2d_forward",     "conv2d_backward_input", "conv2d_backward_kernel", "conv2d_backward_bias",
    "max_pool2d_forward", "max_pool2d_backward",   "relu_forward",           "relu_backward",
    "linear_forward",     "linear_backward_input", "linear_backward_weight", "linear_backward_bias"};
constexpr const char* name_of(Op op) { return op_names[static_cast<std::size_t>(op)]; }

enum class DType { f32, f64, f16, bf16 };
inline constexpr std::array<const char*, 4> dtype_names{"f32", "f64", "f16", "bf16"};
constexpr const char* name_of(DType dtype) { return dtype_names[static_cast<std::size_t>(dtype)]; }

/// The four kinds of problem; a Problem's index is its Family.
enum class Family { conv2d, max_pool2d, elementwise, linear };
inline constexpr std::array<const char*, 4> family_names{"conv2d", "max_pool2d", "relu", "linear"};
constexpr const char* name_of(Family family) { return family_names[static_cast<std::size_t>(family)]; }
using Problem = std::variant<cnnspec_conv2d, cnnspec_pool2d, cnnspec_elementwise, cnnspec_linear>;

constexpr Family family_of(Op op) {
  if (op <= Op::conv2d_backward_bias) return Family::conv2d;
  if (op <= Op::max_pool2d_backward) return Family::max_pool2d;
  return op <= Op::relu_backward ? Family::elementwise : Family::linear;
}
inline Family family_of(const Problem& p) { return static_cast<Family>(p.index()); }

}  // namespace cnnspec::checks

// Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
//
// The layers and the operations by number. The programs that call kernels use this file, because they must not depend
// on the registry. A number is never changed and never used again: seeds and corpora contain it.
#pragma once

#include <array>
#include <cstdint>

namespace cnnspec::checks {

enum class LayerId : std::uint16_t {
  conv2d = 0,
  max_pool2d = 1,
  relu = 2,
  linear = 3,
  flatten = 4,
  avg_pool2d = 5,
};

enum class Op : std::uint16_t {
  conv2d_forward = 0,
  conv2d_backward_input = 1,
  conv2d_backward_kernel = 2,
  conv2d_backward_bias = 3,
  max_pool2d_forward = 4,
  max_pool2d_backward = 5,
  relu_forward = 6,
  relu_backward = 7,
  linear_forward = 8,
  linear_backward_input = 9,
  linear_backward_weight = 10,
  linear_backward_bias = 11,
  avg_pool2d_forward = 12,
  avg_pool2d_backward = 13,
};

struct NamedOp {
  Op op;
  LayerId layer;
  const char* name;
};
inline constexpr std::array<NamedOp, 14> named_ops{{
    {Op::conv2d_forward, LayerId::conv2d, "conv2d_forward"},
    {Op::conv2d_backward_input, LayerId::conv2d, "conv2d_backward_input"},
    {Op::conv2d_backward_kernel, LayerId::conv2d, "conv2d_backward_kernel"},
    {Op::conv2d_backward_bias, LayerId::conv2d, "conv2d_backward_bias"},
    {Op::max_pool2d_forward, LayerId::max_pool2d, "max_pool2d_forward"},
    {Op::max_pool2d_backward, LayerId::max_pool2d, "max_pool2d_backward"},
    {Op::relu_forward, LayerId::relu, "relu_forward"},
    {Op::relu_backward, LayerId::relu, "relu_backward"},
    {Op::linear_forward, LayerId::linear, "linear_forward"},
    {Op::linear_backward_input, LayerId::linear, "linear_backward_input"},
    {Op::linear_backward_weight, LayerId::linear, "linear_backward_weight"},
    {Op::linear_backward_bias, LayerId::linear, "linear_backward_bias"},
    {Op::avg_pool2d_forward, LayerId::avg_pool2d, "avg_pool2d_forward"},
    {Op::avg_pool2d_backward, LayerId::avg_pool2d, "avg_pool2d_backward"},
}};

/// As in the names of the contract's functions.
constexpr const char* name_in_contract(Op op) {
  for (const NamedOp& known : named_ops)
    if (known.op == op) return known.name;
  return "";
}

}  // namespace cnnspec::checks
